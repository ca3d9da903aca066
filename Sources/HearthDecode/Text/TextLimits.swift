/// What turning one file into text may cost. Each limit is one that honest files stay far below; what is beyond is left
/// out, and the document says so.
enum TextLimits {
    /// Bytes of text of one document; the library takes 16 MiB.
    static let documentBytes = 8 << 20
    /// Bytes of a page that are parsed.
    static let pageBytes = 32 << 20
    /// Links kept of one document.
    static let links = 1000
    /// Bytes of one link.
    static let linkBytes = 2048
    /// Pages of a PDF.
    static let pdfPages = 3000
    /// Time spent on the pages of one PDF; the decoder itself is given up after 120 seconds.
    static let pdfTime = Duration.seconds(60)
    /// Bytes of one mail.
    static let mailBytes = 64 << 20
    /// Mails of one mailbox.
    static let mails = 200_000
    /// Parts of one mail, and how deep they may be nested.
    static let mailParts = 1000
    static let mailDepth = 32
    /// Fields of one mail that say what a part is, in its text too.
    static let mailFields = 2000
    /// Attachments that are listed of one mail.
    static let attachments = 200

    /// Cut between characters.
    static func bounded(_ text: String, to limit: Int = documentBytes) -> (text: String, isCut: Bool) {
        guard text.utf8.count > limit else { return (text, false) }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return (String(text[..<end]), true)
    }

    static func cutMessage(_ what: String) -> String { "Only \(what) is kept." }
}
