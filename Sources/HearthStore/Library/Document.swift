package import HearthCore

/// What kind of thing a document was before it became text.
package enum DocumentKind: String, Sendable, Hashable, CaseIterable {
    case note, mail, page, pdf, transcript, screenshot, file
}

/// One text that Hearth can answer from, in its current version.
package struct Document: Sendable, Hashable {
    package var id: UniqueID
    package var person: UniqueID
    package var kind: DocumentKind
    package var title: String
    /// The text that passages are cut from; UTF-8, line ends are "\n".
    package var text: String
    /// BCP 47, primary language only ("en"); nil: not recognised.
    package var language: String?
    package var source: DocumentSource
    /// When what the text tells was written or said.
    package var timestamp: Timestamp
    /// When this version reached Hearth.
    package var received: Timestamp
    /// From 1; a changed text under the same source key is the next version.
    package var version: Int
    /// SHA-256 of title and text: the same fingerprint is the same version.
    package var fingerprint: [UInt8]
    /// What only this kind has: sender and recipients of a mail, camera of a picture, …
    package var metadata: JSONValue
    /// What the text points at: absolute URLs, message ids, titles of pages.
    package var links: [String]

    package init(
        id: UniqueID, person: UniqueID, kind: DocumentKind, title: String, text: String, language: String? = nil,
        source: DocumentSource, timestamp: Timestamp, received: Timestamp, version: Int = 1, fingerprint: [UInt8],
        metadata: JSONValue = [:], links: [String] = []
    ) {
        self.id = id
        self.person = person
        self.kind = kind
        self.title = title
        self.text = text
        self.language = language
        self.source = source
        self.timestamp = timestamp
        self.received = received
        self.version = version
        self.fingerprint = fingerprint
        self.metadata = metadata
        self.links = links
    }
}

/// Where a document came from. (person, name, key) identifies it: what comes again under the same key is the same document.
package struct DocumentSource: Sendable, Hashable {
    /// notes, mail, web, voice, screenshots, files, or what the caller named it.
    package var name: String
    /// Within the source: a message id, a path, a URL, the id of a reading, or a digest of the content.
    package var key: String
    /// Where it can be opened outside Hearth.
    package var url: String?
    /// The original in the blob store, SHA-256 in hexadecimal.
    package var blob: String?
    /// The reading it was made from: evidence.
    package var stream: String?
    package var record: RecordID?
    package var device: UniqueID?

    package init(
        name: String, key: String, url: String? = nil, blob: String? = nil, stream: String? = nil,
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

/// A piece of a document's text, of about 200 tokens, cut at the end of sentences: what is found and cited.
package struct Passage: Sendable, Hashable {
    package var id: UniqueID
    /// Counts up over all passages and is never used twice: what indexes call it. 0: not stored yet.
    package var number: Int64
    package var document: UniqueID
    package var version: Int
    /// From 0, in the order of the text.
    package var index: Int
    /// Where it begins in the document's text, in bytes of UTF-8; its length is that of `text`.
    package var offset: Int
    package var text: String
    /// For recordings: seconds from the start, of the first and past the last word.
    package var spoken: ClosedRange<Double>?

    package init(
        id: UniqueID, number: Int64 = 0, document: UniqueID, version: Int, index: Int, offset: Int, text: String,
        spoken: ClosedRange<Double>? = nil
    ) {
        self.id = id
        self.number = number
        self.document = document
        self.version = version
        self.index = index
        self.offset = offset
        self.text = text
        self.spoken = spoken
    }
}
