/// What the names of classes and ids say about an element.
enum ContentSignals {
    enum Sign {
        /// Around the article: menus, comments, advertisements, teasers.
        case around
        /// Likely the article.
        case content
        /// Part of the article's head that is not its text: author, date, sharing.
        case furniture
    }

    /// Words as they stand between separators or changes of case in a name.
    static func words(in name: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var lastWasLower = false
        func close() {
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word.removeAll(keepingCapacity: true)
        }
        for byte in name.utf8.prefix(1000) {
            switch byte {
            case 0x61...0x7a:
                word.append(byte)
                lastWasLower = true
            case 0x41...0x5a:
                if lastWasLower { close() }
                word.append(byte | 0x20)
                lastWasLower = false
            default:
                close()
                lastWasLower = false
            }
        }
        close()
        return words
    }

    static let around: Set<String> = [
        "ad", "ads", "adbox", "advert", "adverts", "advertisement", "advertising", "adsense", "dfp", "sponsor",
        "sponsored",
        "promo", "promos", "promotion", "promoted", "outbrain", "taboola", "recirc", "recirculation", "commercial",
        "comment", "comments", "commentlist", "respond", "disqus", "discussion", "replies", "reply", "livefyre",
        "sidebar", "rail", "aside", "widget", "widgets", "secondary", "tertiary",
        "nav", "navbar", "navigation", "menu", "menus", "submenu", "breadcrumb", "breadcrumbs", "crumbs", "pagination",
        "pager", "paging", "masthead", "topbar", "toolbar", "skip", "skiplink", "footer", "colophon", "sitemap",
        "share", "sharing", "sharebar", "sharedaddy", "social", "socials", "addthis", "sharethis", "facebook",
        "twitter",
        "pinterest", "whatsapp", "linkedin", "follow",
        "related", "relatedposts", "relateds", "recommended", "recommendation", "recommendations", "more", "morelinks",
        "readmore", "trending", "popular", "mostpopular", "latest", "teaser", "teasers", "suggested", "similar",
        "upnext",
        "newsletter", "subscribe", "subscription", "signup", "paywall", "login", "register", "registration", "optin",
        "cookie", "cookies", "popover", "rollover", "tooltip", "dropdown", "consent", "gdpr", "modal", "popup",
        "overlay", "lightbox", "banner", "notice", "alert",
        "tags", "taglist", "tagcloud", "categories", "poll", "survey", "contest", "shop", "cart", "store", "buy",
        "price",
        "legal", "disclaimer", "copyright", "print", "hidden", "hide", "invisible", "noprint", "screenreader",
    ]

    static let furniture: Set<String> = [
        "byline", "author", "authors", "dateline", "timestamp", "date", "datetime", "published", "updated", "credit",
        "credits", "caption", "captions", "figcaption", "headline", "kicker", "eyebrow", "biography", "bio", "meta",
        "postmeta", "metadata", "topics", "byauthor", "posted", "readtime", "correction",
    ]

    static let content: Set<String> = [
        "article", "articlebody", "articletext", "body", "content", "contents", "entry", "main", "post", "story",
        "storybody", "text", "page", "hentry", "blog", "column", "paragraph", "richtext", "prose", "wysiwyg",
    ]
}
