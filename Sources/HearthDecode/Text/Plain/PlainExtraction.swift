import HearthCore
import HearthMedia

/// A text file as a document.
enum PlainExtraction {
    static func document(_ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions) throws(HearthError)
        -> ExtractedDocument
    {
        let (text, isCut) = TextFile.read(bytes, options)
        guard text.contains(where: { !$0.isWhitespace }) else { throw TextFile.empty }
        return ExtractedDocument(
            kind: "file", title: FileTitle.of(options.name), text: text, links: WrittenLinks.addresses(in: text),
            incomplete: isCut ? TextLimits.cutMessage("the first \(TextLimits.documentBytes) bytes of the text") : nil)
    }
}

enum TextFile {
    static func read(_ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions) -> (text: String, isCut: Bool) {
        // A character takes at most four bytes in any charset, and one byte at least in UTF-8.
        let read = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextLimits.documentBytes * 4))
        let utf8 = Charset.utf8(read, declared: PageExtraction.charset(options.mediaType))
        let text = String(decoding: utf8, as: UTF8.self)
            .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        let bounded = TextLimits.bounded(text)
        return (bounded.text, bounded.isCut || read.count < bytes.count)
    }

    static var empty: HearthError {
        HearthError(.mediaUnsupported, "The file holds no text.", hint: "Send a file that is not empty.")
    }
}

/// Addresses that stand in a text.
enum WrittenLinks {
    static func addresses(in text: String) -> [String] {
        var seen: Set<String> = []
        var links: [String] = []
        var rest = text[...]
        while links.count < TextLimits.links, let found = rest.firstRange(of: "http") {
            let tail = rest[found.lowerBound...]
            rest = rest[found.upperBound...]
            guard tail.hasPrefix("http://") || tail.hasPrefix("https://") else { continue }
            var link = tail.prefix(TextLimits.linkBytes).prefix { !$0.isWhitespace && !"<>\"`|\\^{}[]".contains($0) }
            while let last = link.last, ".,;:!?'*_)".contains(last) {
                if last == ")", link.contains("(") { break }
                link.removeLast()
            }
            rest = text[link.endIndex...]
            if let absolute = PageLinks.absolute(String(link), base: nil), seen.insert(absolute).inserted {
                links.append(absolute)
            }
        }
        return links
    }
}
