import HTTPTypes
import HearthCore
import HearthIngest
import HearthKnow
import HearthStore
import HearthVault
import Hummingbird
import NIOCore

/// Questions, their answers with sources, and the conversations they are part of.
struct ChatRoutes {
    let answerer: Answerer
    let store: any LibraryStore
    let limits: IngestLimits

    private static let tag = "Questions"

    var routes: [Route] {
        [
            Route(
                .post, "/chat", "ask", tag: Self.tag, "Ask about what is stored",
                detail: """
                    Every sentence of the answer rests on a citation: `quote` is the range `start`..<`end` of the passage's \
                    text, counted in code points. When what is stored does not answer, `answered` is false and `nearest` \
                    names what comes closest. With `stream` (or `Accept: text/event-stream`) events come as they \
                    happen: `sources`, `text`, `notice`, and at last `done` with the whole answer.
                    """,
                body: .json(
                    Shape.named("Question"), example: ["query": "When is my appointment at the dentist?"],
                    "The question"),
                answers: [
                    RouteAnswer(
                        200, "The answer",
                        [
                            RouteContent("application/json", Shape.named("Answer")),
                            RouteContent("text/event-stream", Shape.text),
                        ])
                ], handler: ask),
            Route(
                .get, "/chat/sessions", "listConversations", tag: Self.tag, "Conversations, newest first",
                parameters: [
                    RouteParameter("limit", "How many at most", Shape.integer(1...200, default: 50)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.id),
                ],
                answers: [.json(Shape.page(of: Shape.named("Conversation")), "The conversations")], handler: sessions),
            Route(
                .get, "/chat/sessions/{id}", "getConversation", tag: Self.tag, "One conversation",
                detail: """
                    Each turn has what its answer had when it was given. `author` is null for turns of a version that did \
                    not keep it.
                    """,
                answers: [
                    .json(
                        Shape.object(["id": Shape.id, "turns": Shape.array(Shape.named("Turn"))]), "Its turns in order")
                ], handler: session),
            Route(
                .get, "/gaps", "listGaps", tag: Self.tag, "Questions that what is stored does not answer",
                parameters: [RouteParameter("limit", "How many at most", Shape.integer(1...500, default: 100))],
                answers: [.json(Shape.page(of: Shape.named("Gap")), "The questions, most often asked first")],
                handler: gaps),
        ]
    }

    // MARK: Handlers

    @Sendable private func ask(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.writeLibrary())
        let person = try context.caller().person
        var question = Question(query: "", person: person)
        var isStreamed = request.accepts("text/event-stream")
        try await request.document(limits).withRoot { root throws(HearthError) in
            var reader = try MemberReader(root)
            let query = reader.value("query", isRequired: true)
            if let query, query.string == nil { reader.report("query", "must be a string") }
            question.query = query?.string ?? ""
            question.session = reader.id("session")
            isStreamed = reader.flag("stream") ?? isStreamed
            question.filter = Self.filter(&reader, person: person)
            try reader.check("The question")
        }
        guard isStreamed else { return .json(AnswerRendering.value(try await answerer.ask(question))) }
        return stream(question)
    }

    /// `from`, `to`, `source` and `kind` as `GET /search` has them.
    private static func filter(_ reader: inout MemberReader, person: UniqueID) -> DocumentFilter? {
        var filter = DocumentFilter(person: person, from: reader.time("from"), to: reader.time("to"))
        filter.sources = reader.texts("source", count: 1...20)
        if let names = reader.texts("kind", count: 1...DocumentKind.allCases.count) {
            filter.kinds = names.compactMap(DocumentKind.init)
            if filter.kinds?.count != names.count {
                reader.report(
                    "kind", "must be a list of \(DocumentKind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        return filter
    }

    private func stream(_ question: Question) -> Response {
        let events = answerer.events(question)
        let body = ResponseBody { writer in
            do {
                for try await event in events {
                    try await writer.write(ByteBuffer(string: AnswerRendering.event(event)))
                }
            } catch let error as HearthError {
                try await writer.write(ByteBuffer(string: AnswerRendering.event(error)))
            }
            try await writer.finish(nil)
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        return Response(status: .ok, headers: headers, body: body)
    }

    @Sendable private func sessions(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.readLibrary())
        let limit = try request.queryInteger("limit", in: 1...200) ?? 50
        let heads = try await store.sessions(
            person: context.caller().person, after: request.queryID("cursor"), limit: limit + 1)
        var writer = JSONWriter(capacity: 256 * (heads.count + 1))
        writer.page(
            heads.prefix(limit), next: heads.count > limit ? heads[limit - 1].id.description : nil
        ) { head, writer in
            writer.object {
                $0.member("id", head.id)
                $0.member("title", head.title)
                $0.member("started_at", head.started)
                $0.member("last_at", head.last)
                $0.member("turns", head.turns)
            }
        }
        return .json(writer)
    }

    @Sendable private func session(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.readLibrary())
        let id = try context.pathID("id")
        let turns = try await store.turns(session: id, person: context.caller().person)
        guard !turns.isEmpty else {
            throw HearthError(
                .notFound, "There is no conversation \(id).", hint: "GET /chat/sessions lists them.")
        }
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{")
        writer.member("id", id)
        writer.raw(",\"turns\":[")
        for (index, turn) in turns.enumerated() {
            if index > 0 { writer.comma() }
            writer.write(AnswerRendering.value(turn))
        }
        writer.raw("]}")
        return .json(writer)
    }

    @Sendable private func gaps(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.readLibrary())
        let limit = try request.queryInteger("limit", in: 1...500) ?? 100
        let gaps = try await store.gaps(person: context.caller().person, limit: limit)
        var writer = JSONWriter(capacity: 256 * (gaps.count + 1))
        writer.page(gaps, next: nil) { gap, writer in
            writer.object {
                $0.member("id", gap.id)
                $0.member("question", gap.question)
                $0.member("opened_at", gap.openedAt)
                $0.member("count", gap.count)
                $0.member("confidence", .real(gap.confidence))
            }
        }
        return .json(writer)
    }
}
