import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `GET /timeline`: what a stretch of time left behind.
struct TimelineRoutes {
    let library: any LibraryStore
    let registry: StreamRegistry
    let store: any ReadingStore

    private static let longest = Duration.seconds(32 * 86_400)
    private static let documents = 500

    var routes: [Route] {
        [
            Route(
                .get, "/timeline", "getTimeline", tag: "Library", "Documents and counts of readings of some days",
                detail: """
                    At most 32 days and \(Self.documents) documents, oldest first. When there are none, `nearest` is the \
                    time of the document that is nearest.
                    """,
                parameters: LibraryScope.parameters,
                answers: [.json(Shape.named("Timeline"), "What is there")], handler: read)
        ]
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        let filter = try LibraryScope.filter(request, context)
        guard let from = filter.from, let to = filter.to else {
            throw HearthError.malformedQuery(filter.from == nil ? "from" : "to", "is missing: a timeline has two ends")
        }
        guard to - from <= Self.longest else {
            throw HearthError.malformedQuery("to", "must be at most 32 days after from")
        }
        let heads = try await library.documents(filter, after: nil, limit: Self.documents)
        let streams = try await counts(filter, from..<to, context)
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"documents\":[")
        for (index, head) in heads.reversed().enumerated() {
            if index > 0 { writer.comma() }
            writer.write(head)
        }
        writer.raw("],\"streams\":[")
        for (index, (stream, count)) in streams.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("stream", stream.name)
            writer.comma()
            writer.member("title", stream.title)
            writer.comma()
            writer.member("count", count)
            writer.raw("}")
        }
        writer.raw("],\"nearest\":")
        if let nearest = heads.isEmpty ? try await nearest(filter, from..<to) : nil {
            writer.write(nearest.description)
        } else {
            writer.writeNull()
        }
        writer.raw("}")
        return .json(writer)
    }

    /// Readings per stream, most first.
    private func counts(
        _ filter: DocumentFilter, _ range: Range<Timestamp>, _ context: ServerContext
    ) async throws -> [(StreamDefinition, Int)] {
        let caller = try context.caller()
        let held = try await store.statistics(of: nil).filter {
            $0.person == filter.person && $0.first < range.upperBound && $0.last >= range.lowerBound
        }
        var counts: [(StreamDefinition, Int)] = []
        for name in Set(held.map(\.stream)).sorted() {
            guard let stream = registry[name], caller.may(.readStream(name, person: filter.person)) else { continue }
            let query = ReadingQuery(
                stream: stream, person: filter.person, from: range.lowerBound, to: range.upperBound)
            let buckets = try await store.aggregate(query, Aggregation(width: .all, columns: []))
            let count = buckets.reduce(0) { $0 + $1.readings }
            if count > 0 { counts.append((stream, count)) }
        }
        return counts.sorted { ($1.1, $0.0.name) < ($0.1, $1.0.name) }
    }

    private func nearest(_ filter: DocumentFilter, _ range: Range<Timestamp>) async throws -> Timestamp? {
        var before = filter
        before.from = nil
        before.to = range.lowerBound
        if let head = try await library.documents(before, after: nil, limit: 1).first { return head.timestamp }
        var after = filter
        after.from = range.upperBound
        after.to = nil
        return try await library.documents(after, after: nil, limit: 1).first?.timestamp
    }
}
