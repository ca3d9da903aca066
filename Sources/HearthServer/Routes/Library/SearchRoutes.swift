import HearthCore
import HearthKnow
import HearthStore
import Hummingbird

/// `GET /search`: passages, best first.
struct SearchRoutes {
    let retriever: any PassageRetriever

    private static let longestQuery = 2000

    var routes: [Route] {
        [
            Route(
                .get, "/search", "search", tag: "Library", "Passages that fit some words or a question, best first",
                detail: """
                    `hybrid` joins the ranking by meaning with the ranking by words; without a model, words alone are \
                    used, and `mode` of the answer says so.
                    """,
                parameters: [
                    RouteParameter("q", "What to look for", Shape.text(1...Self.longestQuery), isRequired: true),
                    RouteParameter("k", "How many passages at most", Shape.integer(1...100, default: 10)),
                    RouteParameter(
                        "mode", "How passages are ranked",
                        Shape.choice(SearchRequest.Mode.allCases.map(\.rawValue))),
                ] + LibraryScope.parameters,
                answers: [.json(Shape.named("SearchAnswer"), "The passages")], handler: search)
        ]
    }

    @Sendable private func search(_ request: Request, _ context: ServerContext) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        let filter = try LibraryScope.filter(request, context)
        guard let query = request.query("q"), !query.allSatisfy(\.isWhitespace) else {
            throw HearthError.malformedQuery("q", "is missing: it says what to look for")
        }
        guard query.unicodeScalars.count <= Self.longestQuery else {
            throw HearthError.malformedQuery("q", "must have at most \(Self.longestQuery) characters")
        }
        var mode = SearchRequest.Mode.hybrid
        if let name = request.query("mode") {
            guard let named = SearchRequest.Mode(rawValue: name) else {
                throw HearthError.malformedQuery("mode", "is none of hybrid, dense, text")
            }
            mode = named
        }
        let limit = try request.queryInteger("k", in: 1...100) ?? 10
        let answer = try await retriever.search(
            SearchRequest(query: query, limit: limit, filter: filter, mode: mode))
        var writer = JSONWriter(capacity: 1024 * (answer.hits.count + 1))
        writer.raw("{\"hits\":[")
        for (index, hit) in answer.hits.enumerated() {
            if index > 0 { writer.comma() }
            writer.write(hit)
        }
        writer.raw("],")
        writer.member("mode", answer.mode.rawValue)
        writer.comma()
        writer.key("took_ms")
        let took = start.duration(to: clock.now)
        writer.write(JSONValue.real((took / .microseconds(1)).rounded() / 1000))
        writer.raw("}")
        return .json(writer)
    }
}

extension JSONWriter {
    mutating func write(_ hit: SearchHit) {
        let document = hit.found.document
        raw("{")
        member("document_id", document.id)
        comma()
        member("passage_id", hit.found.passage.id)
        comma()
        member("title", document.title)
        comma()
        member("text", hit.found.passage.text)
        comma()
        key("score")
        write(JSONValue.real(hit.score))
        comma()
        member("kind", document.kind.rawValue)
        comma()
        member("source", document.source.name)
        comma()
        member("timestamp", document.timestamp)
        raw("}")
    }
}
