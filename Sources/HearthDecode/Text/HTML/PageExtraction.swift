import Foundation
import HearthCore
import HearthMedia
import OrderedCollections

/// A page as a document: its readable text, and what it says about itself.
enum PageExtraction {
    /// Of the page's text; a page whose article is a smaller part, and short, has none and is taken whole.
    private static let articleShare = 0.15
    private static let shortArticle = 150

    static func document(_ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions) throws(HearthError)
        -> ExtractedDocument
    {
        let isLarge = bytes.count > TextLimits.pageBytes
        let read = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextLimits.pageBytes))
        let tree = tree(read, charset: charset(options.mediaType))
        let head = PageHead(tree)
        let content = ReadableContent(tree)
        var blocks = content.article(title: head.title)
        let all = content.everything()
        let found = blocks.reduce(0) { $0 + $1.characters }
        if found < shortArticle, Double(found) < Double(all.reduce(0) { $0 + $1.characters }) * articleShare {
            blocks = all
        }
        let (text, isCut) = TextLimits.bounded(BlockText.joined(blocks))
        guard !text.isEmpty else {
            throw HearthError(
                .mediaUnsupported, "The page holds no text that can be read.",
                hint: "Pages that are put together by scripts have to be saved after they were shown.")
        }
        var metadata: [(String, JSONValue)] = []
        if let author = head.author { metadata.append(("author", .string(author))) }
        if let site = head.siteName { metadata.append(("site", .string(site))) }
        if let description = head.description { metadata.append(("description", .string(description))) }
        if let address = head.address { metadata.append(("url", .string(address))) }
        let incomplete: String? =
            if isLarge {
                TextLimits.cutMessage("the first \(TextLimits.pageBytes) bytes of the page")
            } else if isCut {
                TextLimits.cutMessage("the first \(TextLimits.documentBytes) bytes of the text")
            } else {
                tree.doubt
            }
        return ExtractedDocument(
            kind: "page", title: head.title.isEmpty ? FileTitle.of(options.name) : head.title, text: text,
            language: head.language.flatMap(primary), key: head.address, timestamp: head.published,
            metadata: JSONMembers.object(metadata), links: PageLinks.links(tree, blocks: blocks, head: head),
            incomplete: incomplete)
    }

    /// The text of a mail's HTML part, and whether it is all of it.
    static func plainText(_ bytes: UnsafeRawBufferPointer, charset: String?) -> (text: String, isWhole: Bool) {
        let tree = tree(UnsafeRawBufferPointer(rebasing: bytes.prefix(TextLimits.pageBytes)), charset: charset)
        let isWhole = bytes.count <= TextLimits.pageBytes && tree.doubt == nil
        return (BlockText.joined(ReadableContent(tree).everything()), isWhole)
    }

    private static func tree(_ bytes: UnsafeRawBufferPointer, charset: String?) -> HTMLTree {
        var utf8 = Charset.utf8(bytes, declared: charset ?? declared(bytes))
        // libxml2 takes a zero byte for the end.
        for index in utf8.indices where utf8[index] == 0 { utf8[index] = 0x20 }
        let isTrimmed = HTMLAttributes.trim(&utf8)
        var tree = utf8.withUnsafeBufferPointer { HTMLReader.read($0) }
        tree.isTrimmed = isTrimmed
        return tree
    }

    /// <meta charset="…"> or <meta http-equiv content="…; charset=…">, near the beginning.
    private static func declared(_ bytes: UnsafeRawBufferPointer) -> String? {
        charset(String(decoding: bytes.prefix(4096), as: UTF8.self))
    }

    static func charset(_ text: String?) -> String? {
        guard let text, let name = text.range(of: "charset=", options: .caseInsensitive) else { return nil }
        let value = text[name.upperBound...].drop { $0 == "\"" || $0 == "'" || $0 == " " }
            .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
        return value.isEmpty ? nil : String(value)
    }

    private static func primary(_ tag: String) -> String? {
        let subtag = tag.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return (2...3).contains(subtag.count) && subtag.allSatisfy { $0.isASCII && $0.isLetter } ? subtag : nil
    }
}

/// How blocks stand in a document's text: paragraphs apart, items and rows in lines of their own.
enum BlockText {
    static func joined(_ blocks: [TextBlock]) -> String {
        var text = ""
        var previous: TextBlock.Kind?
        for block in blocks {
            let isLine = block.kind == .item || block.kind == .row
            if let previous { text += isLine && previous == block.kind ? "\n" : "\n\n" }
            if block.kind == .item, !block.text.hasPrefix("- ") { text += "- " }
            text += block.text
            previous = block.kind
            if text.utf8.count > TextLimits.documentBytes { break }
        }
        return text
    }
}

/// What the text of a page points at.
enum PageLinks {
    static func links(_ tree: HTMLTree, blocks: [TextBlock], head: PageHead) -> [String] {
        guard let first = blocks.first, let last = blocks.last else { return [] }
        let base = head.base.flatMap { URL(string: $0) } ?? head.address.flatMap { URL(string: $0) }
        var seen: Set<String> = []
        var links: [String] = []
        let end = Int(tree.nodes[last.element].end)
        for node in first.element..<max(end, first.element) where tree.nodes[node].tag == .a {
            guard let target = tree.attribute("href", of: node), let link = absolute(target, base: base),
                seen.insert(link).inserted
            else { continue }
            links.append(link)
            if links.count == TextLimits.links { break }
        }
        return links
    }

    /// Without its fragment; nil for what is not http or https.
    static func absolute(_ target: String, base: URL?) -> String? {
        let trimmed = target.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty, trimmed.utf8.count <= TextLimits.linkBytes, !trimmed.hasPrefix("#"),
            let url = URL(string: trimmed, relativeTo: base)?.absoluteURL, let scheme = url.scheme?.lowercased(),
            scheme == "http" || scheme == "https", url.host != nil
        else { return nil }
        let text = url.absoluteString
        return text.firstIndex(of: "#").map { String(text[..<$0]) } ?? text
    }
}

/// A title of last resort.
enum FileTitle {
    /// The name of a file without folders and ending.
    static func of(_ name: String?) -> String {
        guard let name else { return "" }
        let last = name.split(separator: "/").last.map(String.init) ?? name
        guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return last }
        return String(last[..<dot])
    }
}

enum JSONMembers {
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(.init(members, uniquingKeysWith: { first, _ in first }))
    }
}
