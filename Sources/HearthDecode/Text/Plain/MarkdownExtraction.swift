import HearthCore
import HearthMedia

/// A Markdown file as a document: its text as it is written, with title, date and tags from its front matter.
enum MarkdownExtraction {
    static func document(_ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions) throws(HearthError)
        -> ExtractedDocument
    {
        let (whole, isCut) = TextFile.read(bytes, options)
        let (front, body) = FrontMatter.split(whole)
        guard body.contains(where: { !$0.isWhitespace }) else { throw TextFile.empty }
        let text = String(body)
        var metadata: [(String, JSONValue)] = []
        if !front.tags.isEmpty { metadata.append(("tags", .array(front.tags.map { .string($0) }))) }
        if let author = front.values["author"] { metadata.append(("author", .string(author))) }
        let name = FileTitle.of(options.name)
        return ExtractedDocument(
            kind: "note", title: front.values["title"] ?? heading(body) ?? name, text: text,
            language: front.values["lang"] ?? front.values["language"],
            timestamp: (front.values["date"] ?? front.values["created"]).flatMap(LooseDate.timestamp),
            metadata: JSONMembers.object(metadata), links: MarkdownLinks.links(in: text),
            incomplete: isCut ? TextLimits.cutMessage("the first \(TextLimits.documentBytes) bytes of the text") : nil)
    }

    /// The first line of the form "# Title", when no text stands before it.
    private static func heading(_ text: Substring) -> String? {
        for line in text.split(separator: "\n", maxSplits: 20) {
            if line.allSatisfy(\.isWhitespace) { continue }
            guard line.hasPrefix("# ") else { return nil }
            let title = line.dropFirst(2).drop { $0 == " " }
            return title.isEmpty ? nil : String(title)
        }
        return nil
    }
}

/// The lines between "---" at the beginning of a file: "key: value", lists in brackets or in lines that begin with "-".
struct FrontMatter {
    var values: [String: String] = [:]
    var tags: [String] = []

    private static let maximumLines = 200

    static func split(_ text: String) -> (front: FrontMatter, body: Substring) {
        var front = FrontMatter()
        guard text.hasPrefix("---\n") else { return (front, text[...]) }
        var list: String?
        var position = text.index(text.startIndex, offsetBy: 4)
        for _ in 0..<maximumLines {
            guard let end = text[position...].firstIndex(of: "\n") else { break }
            let line = text[position..<end]
            position = text.index(after: end)
            if line == "---" || line == "..." { return (front, text[position...]) }
            let trimmed = trim(line)
            if trimmed.hasPrefix("- "), let list {
                front.take(list, item: unquoted(trimmed.dropFirst(2)))
            } else if let colon = trimmed.firstIndex(of: ":") {
                let key = trimmed[..<colon].lowercased()
                let value = trim(trimmed[trimmed.index(after: colon)...])
                list = value.isEmpty ? key : nil
                if value.hasPrefix("["), value.hasSuffix("]") {
                    for item in value.dropFirst().dropLast().split(separator: ",") {
                        front.take(key, item: unquoted(trim(item)))
                    }
                } else if key == "tags" || key == "tag" {
                    for item in value.split(whereSeparator: { $0 == "," || $0 == " " }) {
                        front.take(key, item: unquoted(item))
                    }
                } else if !value.isEmpty {
                    front.values[key] = unquoted(value)
                }
            }
        }
        // A rule, not front matter.
        return (FrontMatter(), text[...])
    }

    private mutating func take(_ key: String, item: String) {
        guard key == "tags" || key == "tag" || key == "keywords", !item.isEmpty, tags.count < 100 else { return }
        tags.append(item.hasPrefix("#") ? String(item.dropFirst()) : item)
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }
}

/// [text](address), bare addresses, and [[titles]] of other notes.
enum MarkdownLinks {
    static func links(in text: String) -> [String] {
        var links = WrittenLinks.addresses(in: text)
        var seen = Set(links)
        func add(_ link: String) {
            if !link.isEmpty, link.utf8.count <= TextLimits.linkBytes, links.count < TextLimits.links,
                seen.insert(link).inserted
            {
                links.append(link)
            }
        }
        var isCode = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            if isCode { continue }
            // [[Title]], [[Title|shown]], [[Title#part]]
            for piece in line.split(separator: "[[", omittingEmptySubsequences: false).dropFirst() {
                guard let end = piece.firstRange(of: "]]") else { continue }
                let inside = piece[..<end.lowerBound]
                if inside.contains("[") || inside.contains("]") { continue }
                add(
                    inside.prefix { $0 != "|" && $0 != "#" }.split(whereSeparator: \.isWhitespace).joined(
                        separator: " "))
            }
            // [shown](folder/Title.md)
            for piece in line.split(separator: "](", omittingEmptySubsequences: false).dropFirst() {
                let target = piece.prefix { $0 != ")" && $0 != "#" && !$0.isWhitespace }
                guard target.hasSuffix(".md"), !target.contains("://"), let name = target.split(separator: "/").last
                else { continue }
                add(String(name.dropLast(3)).replacing("%20", with: " "))
            }
        }
        return links
    }
}
