package import HearthCore

/// A text that was found in a file. A mailbox holds several.
package struct ExtractedDocument: Sendable, Hashable {
    /// `note`, `mail`, `page`, `pdf` or `file`.
    package var kind: String
    package var title: String
    /// UTF-8, line ends are "\n".
    package var text: String
    /// BCP 47, primary language; nil: not recognised.
    package var language: String?
    /// What the file itself calls it: a message id, a path inside the file.
    package var key: String?
    /// When it was written, as the file says.
    package var timestamp: Timestamp?
    /// What only this kind has: sender and recipients, author, number of pages, …
    package var metadata: JSONValue
    /// What it points at: absolute URLs, message ids.
    package var links: [String]
    /// Why the text may not be all there is; nil: it is.
    package var incomplete: String?

    package init(
        kind: String, title: String, text: String, language: String? = nil, key: String? = nil,
        timestamp: Timestamp? = nil, metadata: JSONValue = [:], links: [String] = [], incomplete: String? = nil
    ) {
        self.kind = kind
        self.title = title
        self.text = text
        self.language = language
        self.key = key
        self.timestamp = timestamp
        self.metadata = metadata
        self.links = links
        self.incomplete = incomplete
    }
}

extension ExtractedDocument: WirePart {
    static var kind: String { "document" }

    /// The text travels beside the JSON, where it needs no escapes.
    var attachment: [UInt8] { Array(text.utf8) }

    var members: [(String, JSONValue)] {
        [
            ("document", .string(kind)), ("title", .string(title)), ("language", WireValue.optional(language)),
            ("key", WireValue.optional(key)),
            ("timestamp", timestamp.map { .integer($0.microseconds) } ?? .null), ("metadata", metadata),
            ("links", .array(links.map { .string($0) })), ("incomplete", WireValue.optional(incomplete)),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        self.init(
            kind: try WireValue.string(value, "document"), title: try WireValue.string(value, "title"),
            text: String(decoding: attachment, as: UTF8.self), language: value["language"]?.string,
            key: value["key"]?.string, timestamp: value["timestamp"]?.int64.map { Timestamp(microseconds: $0) },
            metadata: value["metadata"] ?? [:], links: try WireValue.strings(value, "links"),
            incomplete: value["incomplete"]?.string)
    }
}
