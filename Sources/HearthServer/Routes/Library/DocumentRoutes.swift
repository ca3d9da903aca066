import HearthCore
import HearthStore
import HearthVault
import Hummingbird

/// Documents in and out.
struct DocumentRoutes {
    let store: any LibraryStore
    let upload: DocumentUpload
    /// Tells those who follow the library that a document went.
    let changed: @Sendable () -> Void
    let time: any TimeSource

    private static let tag = "Library"
    private static let document = Shape.named("Document")

    var routes: [Route] {
        [
            Route(
                .post, "/documents", "addDocument", tag: Self.tag, "Add a text, a page or a file",
                detail: """
                    JSON holds `text` of up to 8 MiB, or `html`, or only `url`: then Hearth fetches the page, which has to be \
                    public. Or the body is the file: a mail, a mailbox, a page, a PDF, Markdown or plain text, up to 512 MiB. \
                    The same thing again changes nothing; another content under the same `source` and `key` is a new version.
                    """,
                parameters: DocumentUpload.parameters,
                body: RouteBody(
                    "The document",
                    [
                        RouteContent(
                            "application/json", Shape.named("DocumentDraft"),
                            example: ["title": "Boat", "text": "The boat is free on the first weekend of May."])
                    ] + DocumentUpload.fileTypes.map { RouteContent($0, Shape.binary) }),
                answers: [
                    .json(201, Shape.named("DocumentReceipt"), "The documents are stored and will be found"),
                    .json(200, Shape.named("DocumentReceipt"), "All of it was there before"),
                    .json(202, Shape.named("DocumentReceipt"), "It is stored and still being read"),
                ],
                handler: { request, context in try await upload.receive(request, context) }),
            Route(
                .get, "/documents", "listDocuments", tag: Self.tag, "Documents without their text, newest first",
                parameters: LibraryScope.parameters + [
                    RouteParameter("limit", "How many at most", Shape.integer(1...1000, default: 100)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
                ],
                answers: [.json(Shape.page(of: Shape.named("DocumentHead")), "The documents")], handler: list),
            Route(
                .get, "/documents/{id}", "getDocument", tag: Self.tag, "One document with its passages",
                parameters: [
                    RouteParameter("version", "An earlier version, with its passages", Shape.integer),
                    RouteParameter(
                        "passage", "The version that holds this passage: what was cited once can always be opened",
                        Shape.id),
                ],
                answers: [.json(Self.document, "The document")], handler: read),
            Route(
                .delete, "/documents/{id}", "deleteDocument", tag: Self.tag, "Forget a document everywhere",
                detail: """
                    All its versions, passages, and what search knows of them. The reading that it was made \
                    from and its original file, if any, stay until their retention ends or the person's data is erased; \
                    they do not make the document again, also when their processor runs again. Adding it again does.
                    """,
                answers: [RouteAnswer(204, "The document is gone")], handler: delete),
        ]
    }

    // MARK: Handlers

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let filter = try LibraryScope.filter(request, context)
        let limit = try request.queryInteger("limit", in: 1...1000) ?? 100
        var position: DocumentPosition?
        if let text = request.query("cursor") {
            guard let given = DocumentPosition(text: text) else {
                throw HearthError.malformedQuery("cursor", "is not from this list")
            }
            position = given
        }
        let heads = try await store.documents(filter, after: position, limit: limit + 1)
        let count = try await store.count(filter).documents
        let last = heads.count > limit ? heads[limit - 1] : nil
        var writer = JSONWriter(capacity: 512 * (heads.count + 1))
        writer.page(
            heads.prefix(limit), total: count,
            next: last.map { DocumentPosition(timestamp: $0.timestamp, id: $0.id).cursor }
        ) { $1.write($0) }
        return .json(writer)
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.pathID("id")
        let person = try context.caller().person
        try context.require(.readLibrary())
        let version = try Self.version(
            request.queryInteger("version", in: 1...Int(Int32.max)),
            holding: try await passage(request, of: id, person: person))
        let found =
            if let version {
                try await store.document(id, version: version, person: person)
            } else {
                try await store.document(id, person: person)
            }
        guard let document = found else { throw Self.missing(id, version) }
        let passages = try await store.passages(of: id, version: document.version, person: person)
        let newest = version == nil ? nil : try await store.versions(of: id, person: person).first?.version
        var writer = JSONWriter(capacity: 2 * document.text.utf8.count + 1024)
        writer.write(document, passages, currentVersion: newest ?? document.version)
        return .json(writer)
    }

    /// The passage that the request names.
    private func passage(_ request: Request, of id: UniqueID, person: UniqueID) async throws -> Passage? {
        guard let wanted = try request.queryID("passage") else { return nil }
        guard let found = try await store.passage(wanted, person: person)?.passage, found.document == id else {
            throw HearthError(
                .notFound, "There is no passage \(wanted) in a document \(id).", hint: "Leave the passage out.")
        }
        return found
    }

    /// The version that is asked for; nil: the current one.
    private static func version(_ version: Int?, holding passage: Passage?) throws(HearthError) -> Int? {
        guard let passage else { return version }
        if let version, version != passage.version {
            throw .malformedQuery("passage", "is in version \(passage.version) of the document")
        }
        return passage.version
    }

    @Sendable private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.pathID("id")
        try context.require(.writeLibrary())
        guard try await store.delete(id, person: context.caller().person, at: time.now()) else {
            throw Self.missing(id, nil)
        }
        changed()
        return .noContent()
    }

    private static func missing(_ id: UniqueID, _ version: Int?) -> HearthError {
        let what = version.map { "There is no version \($0) of a document \(id)." } ?? "There is no document \(id)."
        return HearthError(.notFound, what, hint: "GET /documents lists them.")
    }
}

extension DocumentPosition {
    /// For `?cursor=`: opaque to callers.
    var cursor: String { "\(String(timestamp.microseconds, radix: 36)).\(id)" }

    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0], radix: 36), let id = UniqueID(String(parts[1])) else {
            return nil
        }
        self.init(timestamp: Timestamp(microseconds: time), id: id)
    }
}

/// What a document is, with or without its text.
private protocol DocumentFacts {
    var id: UniqueID { get }
    var kind: DocumentKind { get }
    var title: String { get }
    var language: String? { get }
    var source: DocumentSource { get }
    var timestamp: Timestamp { get }
    var received: Timestamp { get }
    var version: Int { get }
}

extension Document: DocumentFacts {}
extension DocumentHead: DocumentFacts {}

extension MemberWriter {
    /// - Parameter text: The document's text or its beginning, under its name.
    fileprivate mutating func facts(_ document: some DocumentFacts, text: (name: String, value: String)) {
        member("id", document.id)
        member("kind", document.kind.rawValue)
        member("title", document.title)
        member(text.name, text.value)
        member("language", optional: document.language)
        member("source") { $0.write(document.source) }
        member("timestamp", document.timestamp)
        member("received_at", document.received)
        member("version", document.version)
    }
}

extension JSONWriter {
    mutating func write(_ head: DocumentHead) {
        object {
            $0.facts(head, text: ("summary", head.summary))
            $0.member("passages", head.passages)
            $0.member("metadata", head.metadata)
        }
    }

    /// - Parameters:
    ///   - passages: Nil: without a word of them.
    ///   - currentVersion: Nil: not said.
    mutating func write(_ document: Document, _ passages: [Passage]?, currentVersion: Int? = nil) {
        object {
            $0.facts(document, text: ("text", document.text))
            if let currentVersion { $0.member("current_version", currentVersion) }
            $0.member("metadata", document.metadata)
            $0.member("links", .array(document.links.map { .string($0) }))
            guard let passages else { return }
            let starts = Self.codePoints(of: passages.map(\.offset), in: document.text)
            $0.member("passages") {
                $0.list(zip(passages, starts)) { $1.write($0.0, start: $0.1) }
            }
        }
    }

    private mutating func write(_ passage: Passage, start: Int) {
        object {
            $0.member("id", passage.id)
            $0.member("index", passage.index)
            $0.member("start", start)
            $0.member("end", start + passage.text.unicodeScalars.count)
            $0.member("text", passage.text)
            guard let spoken = passage.spoken else { return }
            $0.member(
                "spoken", ["from_seconds": .real(spoken.lowerBound), "to_seconds": .real(spoken.upperBound)])
        }
    }

    mutating func write(_ source: DocumentSource) {
        object {
            $0.member("name", source.name)
            $0.member("key", source.key)
            for (name, value) in [
                ("url", source.url), ("blob", source.blob), ("stream", source.stream),
                ("record_id", source.record?.description), ("device_id", source.device?.description),
            ] {
                if let value { $0.member(name, value) }
            }
        }
    }

    /// How many code points come before each of some ascending byte offsets.
    private static func codePoints(of offsets: [Int], in text: String) -> [Int] {
        var counts: [Int] = []
        counts.reserveCapacity(offsets.count)
        var byte = 0
        var count = 0
        var bytes = text.utf8.makeIterator()
        for offset in offsets {
            while byte < offset, let next = bytes.next() {
                // Every byte but a continuation begins a code point.
                if next & 0xC0 != 0x80 { count += 1 }
                byte += 1
            }
            counts.append(count)
        }
        return counts
    }
}
