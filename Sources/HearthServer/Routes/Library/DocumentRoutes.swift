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
                    JSON holds `text`, or `html`, or only `url`: then Hearth fetches the page, which has to be public. Or the                     body is the file: a mail, a mailbox, a page, a PDF, Markdown or plain text, up to 512 MiB. The same                     thing again changes nothing; another content under the same `source` and `key` is a new version.
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
                    RouteParameter("version", "An earlier version; it has its text, but no passages", Shape.integer)
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
        var writer = JSONWriter(capacity: 512 * (heads.count + 1))
        writer.raw("{\"items\":[")
        for (index, head) in heads.prefix(limit).enumerated() {
            if index > 0 { writer.comma() }
            writer.write(head)
        }
        writer.raw("],")
        writer.member("total", count)
        writer.raw(",\"next_cursor\":")
        if heads.count > limit {
            let last = heads[limit - 1]
            writer.write(DocumentPosition(timestamp: last.timestamp, id: last.id).cursor)
        } else {
            writer.writeNull()
        }
        writer.raw("}")
        return .json(writer)
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.pathID("id")
        let person = try context.caller().person
        try context.require(.readLibrary())
        let version = try request.queryInteger("version", in: 1...Int(Int32.max))
        let found =
            if let version {
                try await store.document(id, version: version, person: person)
            } else {
                try await store.document(id, person: person)
            }
        guard let document = found else { throw Self.missing(id, version) }
        let passages = version == nil ? try await store.passages(of: id, person: person) : []
        var writer = JSONWriter(capacity: 2 * document.text.utf8.count + 1024)
        writer.write(document, passages)
        return .json(writer)
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

extension JSONWriter {
    mutating func write(_ head: DocumentHead) {
        raw("{")
        member("id", head.id)
        comma()
        member("kind", head.kind.rawValue)
        comma()
        member("title", head.title)
        comma()
        member("summary", head.summary)
        comma()
        key("language")
        write(optional: head.language)
        comma()
        key("source")
        write(head.source)
        comma()
        member("timestamp", head.timestamp)
        comma()
        member("received_at", head.received)
        comma()
        member("version", head.version)
        comma()
        member("passages", head.passages)
        comma()
        key("metadata")
        write(head.metadata)
        raw("}")
    }

    /// - Parameter passages: Nil: without a word of them.
    mutating func write(_ document: Document, _ passages: [Passage]?) {
        raw("{")
        member("id", document.id)
        comma()
        member("kind", document.kind.rawValue)
        comma()
        member("title", document.title)
        comma()
        member("text", document.text)
        comma()
        key("language")
        write(optional: document.language)
        comma()
        key("source")
        write(document.source)
        comma()
        member("timestamp", document.timestamp)
        comma()
        member("received_at", document.received)
        comma()
        member("version", document.version)
        comma()
        key("metadata")
        write(document.metadata)
        comma()
        key("links")
        write(JSONValue.array(document.links.map { .string($0) }))
        guard let passages else {
            raw("}")
            return
        }
        comma()
        key("passages")
        raw("[")
        let starts = Self.codePoints(of: passages.map(\.offset), in: document.text)
        for (index, passage) in passages.enumerated() {
            if index > 0 { comma() }
            raw("{")
            member("id", passage.id)
            comma()
            member("index", passage.index)
            comma()
            member("start", starts[index])
            comma()
            member("end", starts[index] + passage.text.unicodeScalars.count)
            comma()
            member("text", passage.text)
            if let spoken = passage.spoken {
                comma()
                key("spoken")
                write(["from_seconds": .real(spoken.lowerBound), "to_seconds": .real(spoken.upperBound)])
            }
            raw("}")
        }
        raw("]}")
    }

    mutating func write(_ source: DocumentSource) {
        raw("{")
        member("name", source.name)
        comma()
        member("key", source.key)
        for (name, value) in [
            ("url", source.url), ("blob", source.blob), ("stream", source.stream),
            ("record_id", source.record?.description), ("device_id", source.device?.description),
        ] {
            guard let value else { continue }
            comma()
            member(name, value)
        }
        raw("}")
    }

    private mutating func write(optional text: String?) {
        if let text { write(text) } else { writeNull() }
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
