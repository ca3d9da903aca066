package import HearthCore
package import HearthStore

/// A text on its way into the library.
package struct DocumentDraft: Sendable {
    package var person: UniqueID
    package var kind: DocumentKind
    /// Nil: made from the text's first heading or sentence.
    package var title: String?
    /// Any text; it is normalised on the way in.
    package var text: String
    package var source: DraftSource
    /// When what the text tells was written or said; nil: unknown, then the time it came in.
    package var timestamp: Timestamp?
    /// When the reading came in that this was worked out from, so that what came later stays; nil: the source tells it now.
    package var received: Timestamp?
    /// BCP 47, where the source says so; nil: Hearth looks at the text.
    package var language: String?
    package var metadata: JSONValue
    package var links: [String]
    /// For recordings: when the parts of the text were said, in order. The text must then be normal already.
    package var spoken: [SpokenRange]

    package init(
        person: UniqueID, kind: DocumentKind, title: String? = nil, text: String, source: DraftSource,
        timestamp: Timestamp? = nil, received: Timestamp? = nil, language: String? = nil, metadata: JSONValue = [:],
        links: [String] = [],
        spoken: [SpokenRange] = []
    ) {
        self.person = person
        self.kind = kind
        self.title = title
        self.text = text
        self.source = source
        self.timestamp = timestamp
        self.received = received
        self.language = language
        self.metadata = metadata
        self.links = links
        self.spoken = spoken
    }
}

/// A `DocumentSource` whose key may be missing.
package struct DraftSource: Sendable, Hashable {
    package var name: String
    /// Nil: the digest of title and text, so that the same text is the same document and another text another one.
    package var key: String?
    package var url: String?
    package var blob: String?
    package var stream: String?
    package var record: RecordID?
    package var device: UniqueID?

    package init(
        name: String, key: String? = nil, url: String? = nil, blob: String? = nil, stream: String? = nil,
        record: RecordID? = nil, device: UniqueID? = nil
    ) {
        self.name = name
        self.key = key
        self.url = url
        self.blob = blob
        self.stream = stream
        self.record = record
        self.device = device
    }
}
