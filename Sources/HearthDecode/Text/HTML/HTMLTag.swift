/// The elements that readability and layout tell apart.
enum HTMLTag: String {
    /// No element: text between tags.
    case text = "#text"
    /// The page itself.
    case root = "#root"
    case other = "?"

    case html, head, body, title, meta, link, base
    case article, main, section, div, p, span, a, header, footer, nav, aside, form, figure, figcaption, details, summary
    case h1, h2, h3, h4, h5, h6
    case ul, ol, li, dl, dt, dd
    case table, thead, tbody, tfoot, tr, td, th, caption
    case pre, code, blockquote, q, br, hr, img, picture, time, address, center, font
    case b, strong, i, em, u, small, sub, sup, mark, cite, del, s, strike, abbr, label
    case script, style, noscript, template, iframe, object, embed, svg, math, canvas, video, audio, map
    case button, input, select, option, textarea, fieldset, dialog, menu

    /// Starts and ends a line.
    var isBlock: Bool {
        switch self {
        case .root, .html, .head, .body, .title, .article, .main, .section, .div, .p, .header, .footer, .nav, .aside,
            .form,
            .figure, .figcaption, .details, .summary, .h1, .h2, .h3, .h4, .h5, .h6, .ul, .ol, .li, .dl, .dt, .dd,
            .table,
            .thead, .tbody, .tfoot, .tr, .caption, .pre, .blockquote, .hr, .address, .center, .fieldset, .dialog, .menu,
            .td, .th, .noscript, .template, .video, .audio:
            true
        default: false
        }
    }

    var isHeading: Bool {
        switch self {
        case .h1, .h2, .h3, .h4, .h5, .h6: true
        default: false
        }
    }

    /// Holds nothing that a reader reads.
    var isNeverRead: Bool {
        switch self {
        case .script, .style, .template, .iframe, .object, .embed, .svg, .math, .canvas, .video, .audio, .map, .button,
            .input, .select, .option, .textarea, .head, .meta, .link, .base, .noscript, .dialog:
            true
        default: false
        }
    }
}
