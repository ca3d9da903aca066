import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore

/// Readings out: what streams there are, and what is in them.
struct StreamRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
    }

    private static let tag = "Readings out"
    private static let limits = 1...10_000

    var routes: [Route] {
        [
            Route(
                .get, "/streams", "listStreams", tag: Self.tag, "All streams, with what the caller has in them",
                parameters: [ReadScope.parameters[0], ReadScope.parameters[1]],
                answers: [.json(Shape.page(of: Shape.named("Stream")), "The streams in order of name")], handler: list),
            Route(
                .get, "/streams/{stream}", "listReadings", tag: Self.tag, "Readings of a stream, newest first",
                detail: """
                    JSON comes in pages. NDJSON and CSV, asked for with `Accept` or `format`, come as one answer with the \
                    whole range, as fast as the caller reads.
                    """,
                parameters: ReadScope.parameters + [
                    RouteParameter(
                        "order", "`desc`: newest first; `asc`: oldest first", Shape.choice(["desc", "asc"])),
                    RouteParameter(
                        "limit", "How many at most; for NDJSON and CSV there is no limit unless given",
                        Shape.integer(Self.limits, default: 100)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
                    RouteParameter("format", "Instead of `Accept`", Shape.choice(["json", "ndjson", "csv"])),
                    ReadingSight.parameter,
                ],
                answers: [
                    RouteAnswer(
                        200, "The readings",
                        [
                            RouteContent("application/json", Shape.page(of: Shape.named("StoredReading"))),
                            RouteContent("application/x-ndjson", Shape.text), RouteContent("text/csv", Shape.text),
                        ])
                ], handler: readings),
            Route(
                .get, "/streams/{stream}/{id}", "getReading", tag: Self.tag, "One reading",
                parameters: [ReadingSight.parameter],
                answers: [.json(Shape.named("StoredReading"), "The reading")], handler: reading),
        ]
    }

    // MARK: Registry

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let caller = try context.caller()
        try context.require(.readRegistry)
        // The scope is the same for every stream that the caller may read; whoever may read none sees the names alone.
        let readable = registry.all.first { caller.may(.readStream($0.name, device: caller.deviceID)) }
        let scope = try readable.map { stream throws(HearthError) in
            try ReadScope(request, context, directory, stream: stream.name)
        }
        let statistics = scope == nil ? [] : try await store.statistics(of: nil)
        let byStream = Dictionary(grouping: statistics.filter { scope?.contains($0) ?? false }, by: \.stream)
        var writer = JSONWriter(capacity: 16 << 10)
        writer.raw("{\"items\":[")
        for (index, stream) in registry.all.enumerated() {
            if index > 0 { writer.comma() }
            let isReadable = caller.may(
                .readStream(stream.name, person: scope?.person, device: scope?.devices?.first ?? caller.deviceID))
            writer.write(stream, isReadable ? byStream[stream.name] ?? [] : [])
        }
        writer.raw("],\"next_cursor\":null}")
        return .json(writer)
    }

    // MARK: Readings

    @Sendable private func readings(_ request: Request, _ context: ServerContext) async throws -> Response {
        let stream = try registry.stream(context.pathText("stream"))
        let scope = try ReadScope(request, context, directory, stream: stream.name)
        let order = try Self.order(request)
        let limit = try request.queryInteger("limit", in: 1...Int(Int32.max))
        var position: ReadingPosition?
        if let text = request.query("cursor") {
            position = ReadingPosition(text: text)
            if position == nil { throw HearthError.malformedQuery("cursor", "is not from this list") }
        }
        let query = scope.query(stream, order: order)
        let store = try ReadingSight(request, context, "GET /streams/\(stream.name)").store(store)
        switch try Self.form(request) {
        case nil: return try await page(query, of: store, after: position, limit: limit ?? 100)
        case let form?:
            return ReadingRange(store: store, query: query, form: form, limit: limit).response(after: position)
        }
    }

    private static func order(_ request: Request) throws(HearthError) -> ReadingQuery.Order {
        switch request.query("order") {
        case nil, "desc": .newestFirst
        case "asc": .oldestFirst
        default: throw .malformedQuery("order", "is neither asc nor desc")
        }
    }

    /// Nil: pages of JSON.
    private static func form(_ request: Request) throws(HearthError) -> ReadingRange.Form? {
        switch request.query("format") {
        case "json": return nil
        case "ndjson": return .lines
        case "csv": return .table
        case nil:
            if request.accepts("application/x-ndjson") { return .lines }
            return request.accepts("text/csv") ? .table : nil
        default: throw .malformedQuery("format", "is none of json, ndjson and csv")
        }
    }

    private func page(
        _ query: ReadingQuery, of store: any ReadingStore, after position: ReadingPosition?, limit: Int
    ) async throws -> Response {
        guard Self.limits.contains(limit) else {
            throw HearthError.malformedQuery(
                "limit", "must be at most \(Self.limits.upperBound) for JSON; NDJSON has no limit")
        }
        // One more than asked for tells whether there is a next page.
        let batch = try await store.page(query, after: position, limit: limit + 1)
        var buffer = ByteBufferAllocator().buffer(capacity: 256 * min(limit, batch.count) + 64)
        var text = ReadingText(query.stream)
        buffer.writeString("{\"items\":[")
        let count = min(limit, batch.count)
        for row in 0..<count {
            text.append(batch, row: row, ending: row + 1 < count ? "," : "", to: &buffer)
        }
        buffer.writeString("],\"next_cursor\":")
        if batch.count > limit {
            buffer.writeString("\"\(ReadingPosition(batch.heads[limit - 1]).text)\"}")
        } else {
            buffer.writeString("null}")
        }
        return .json(buffer)
    }

    @Sendable private func reading(_ request: Request, _ context: ServerContext) async throws -> Response {
        let stream = try registry.stream(context.pathText("stream"))
        let caller = try context.caller()
        let missing = HearthError(.notFound, "There is no such reading in the stream \(stream.name).")
        guard let id = RecordID(try context.pathID("id")) else { throw missing }
        let store = try ReadingSight(request, context, "GET /streams/\(stream.name)/{id}").store(store)
        for person in directory.people
        where caller.may(.readStream(stream.name, person: person.id, device: caller.deviceID)) {
            guard let batch = try await store.reading(id, in: stream, person: person.id), let head = batch.heads.first,
                caller.may(.readStream(stream.name, person: head.person, device: head.device))
            else { continue }
            var buffer = ByteBuffer()
            var text = ReadingText(stream)
            text.append(batch, row: 0, ending: "", to: &buffer)
            return .json(buffer)
        }
        try context.require(.readStream(stream.name, device: caller.deviceID))
        throw missing
    }
}

extension Response {
    /// An answer of finished JSON text.
    static func json(_ buffer: ByteBuffer) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
}

extension JSONWriter {
    /// A stream of the registry and what some devices have in it.
    mutating func write(_ stream: StreamDefinition, _ statistics: [StreamStatistics]) {
        raw("{")
        member("stream", stream.name)
        comma()
        member("title", stream.title)
        comma()
        member("description", stream.summary)
        comma()
        member("version", stream.version)
        comma()
        key("path")
        write(stream.path ?? "/streams/\(stream.name)")
        comma()
        key("aliases")
        write(JSONValue.array(stream.aliases.map { .string($0) }))
        comma()
        key("device_kinds")
        write(JSONValue.array(stream.deviceKinds.map { .string($0) }))
        comma()
        key("retention_days")
        if let retention = stream.retention { write(Int(retention.components.seconds / 86_400)) } else { writeNull() }
        comma()
        member("schema", "/schemas/\(stream.name)")
        comma()
        member("count", statistics.reduce(0) { $0 + $1.count })
        comma()
        member("devices", statistics.count)
        for (name, time) in [
            ("first", statistics.map(\.first).min()), ("last", statistics.map(\.last).max()),
            ("last_received_at", statistics.map(\.lastReceived).max()),
        ] {
            comma()
            key(name)
            if let time { write(time.description) } else { writeNull() }
        }
        raw("}")
    }
}
