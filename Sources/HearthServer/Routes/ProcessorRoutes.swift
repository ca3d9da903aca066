import HTTPTypes
import HearthCore
import HearthIngest
import HearthPipeline
import HearthStore
import HearthVault
import Hummingbird

/// `/processors`: what works in the background, and what it could not work.
struct ProcessorRoutes {
    private let board: (any ProcessorBoard)?
    private let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        board = dependencies.processors
        limits = dependencies.ingest.limits
    }

    private static let tag = "Processors"
    private static let processor = Shape.named("Processor")

    var routes: [Route] {
        [
            Route(
                .get, "/processors", "listProcessors", tag: Self.tag, "What works in the background, in order of name",
                detail: """
                    Per processor its streams, how far it is behind, and what went wrong last. `lag` counts readings that \
                    wait; from \(PipelineLimits.countedLag) on it says at least so many and `lag_is_cut` is true. For the \
                    owner.
                    """,
                answers: [.json(Shape.page(of: Self.processor), "The processors")], handler: list),
            Route(
                .post, "/processors/{name}/run", "runProcessor", tag: Self.tag, "Work now, or again from a time on",
                detail: """
                    Without a body, what waits is worked at once, also when the processor waits out a failure. With \
                    `from`, everything from that time on is worked again beside what is new: outputs are replaced by what \
                    the processor says now. `run` tells how far that is. For the owner.
                    """,
                body: RouteBody(
                    "From when", [RouteContent("application/json", Shape.named("ProcessorRun"), example: Self.example)],
                    isRequired: false),
                answers: [.json(202, Self.processor, "It is under way")], handler: run),
            Route(
                .get, "/processors/{name}/dead-letters", "listDeadLetters", tag: Self.tag,
                "Readings that a processor could not work, in the order in which they first failed",
                detail: "For the owner.", parameters: Page.parameters,
                answers: [.json(Shape.page(of: Shape.named("DeadLetter")), "The dead letters")], handler: letters),
            Route(
                .post, "/processors/{name}/dead-letters/{id}/replay", "replayDeadLetter", tag: Self.tag,
                "Work the reading of a dead letter again",
                detail: "The letter goes when that succeeds; else it stays, with the new error. For the owner.",
                answers: [RouteAnswer(202, "It will be worked again soon")], handler: replay),
            Route(
                .delete, "/processors/{name}/dead-letters/{id}", "deleteDeadLetter", tag: Self.tag,
                "Give up on the reading of a dead letter",
                detail: "The reading itself stays in its stream. For the owner.",
                answers: [RouteAnswer(204, "The letter is gone")], handler: discard),
        ]
    }

    private static let example: JSONValue = ["from": "2026-03-01T00:00:00+01:00"]

    // MARK: Handlers

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.administrate)
        let overviews = try await board?.overviews() ?? []
        return .json(["items": .array(overviews.map(\.json)), "next_cursor": .null])
    }

    @Sendable private func run(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (board, name) = try target(context)
        var from: Timestamp?
        if let document = try await request.documentIfAny(limits) {
            from = try document.withRoot { root throws(HearthError) in
                var reader = try MemberReader(root)
                let time = reader.time("from")
                try reader.check("The run")
                return time
            }
        }
        return .json(try await board.run(name, from: from).json, status: .accepted)
    }

    @Sendable private func letters(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (board, name) = try target(context)
        let limit = try request.queryInteger("limit", in: 1...1000) ?? 200
        let found = try await board.deadLetters(of: name, after: try request.queryID("cursor"), limit: limit + 1)
        let next = found.count > limit ? JSONValue.string(found[limit - 1].id.description) : .null
        return .json(["items": .array(found.prefix(limit).map(\.json)), "next_cursor": next])
    }

    @Sendable private func replay(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (board, name) = try target(context)
        try await board.replay(try context.pathID("id"), of: name)
        return Response(status: .accepted)
    }

    @Sendable private func discard(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (board, name) = try target(context)
        try await board.discard(try context.pathID("id"), of: name)
        return .noContent()
    }

    private func target(_ context: ServerContext) throws(HearthError) -> (any ProcessorBoard, String) {
        try context.require(.administrate)
        let name = try context.pathText("name")
        guard let board else {
            throw HearthError(
                .notFound, "There is no processor \(name.prefix(64)).", hint: "GET /processors lists them.")
        }
        return (board, name)
    }
}

extension ProcessorOverview {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "summary": .string(summary), "state": .string(state.rawValue),
            "inputs": .array(
                inputs.map { input in
                    [
                        "stream": .string(input.stream), "cursor": input.cursor.map { .string($0) } ?? .null,
                        "lag": .integer(Int64(input.lag)),
                    ]
                }),
            "outputs": .array(outputs.map { .string($0) }), "lag": .integer(Int64(waiting)),
            "lag_is_cut": .bool(isLagCut), "lag_seconds": .real(lag / .seconds(1)), "rate_per_second": .real(rate),
            "worked": .integer(Int64(clamping: worked)), "failed": .integer(Int64(clamping: failed)),
            "failed_steps": .integer(Int64(clamping: failedSteps)), "dead_letters": .integer(Int64(deadLetters)),
            "last_error": lastError.map { error in
                [
                    "code": .string(error.code.text), "message": .string(error.message),
                    "at": .string(error.at.description),
                ]
            } ?? .null,
            "run": run.map { run in
                [
                    "from": .string(run.from.description), "requested_at": .string(run.requestedAt.description),
                    "worked": .integer(Int64(run.worked)), "stream": run.place.map { .string($0.stream) } ?? .null,
                    "at": run.place?.position.map { .string($0.timestamp.description) } ?? .null,
                ]
            } ?? .null,
        ]
    }
}

extension DeadLetter {
    fileprivate var json: JSONValue {
        [
            "id": .string(id.description), "stream": .string(stream), "reading_id": .string(reading.description),
            "timestamp": .string(reading.timestamp.description), "device_id": .string(device.description),
            "person_id": .string(person.description), "code": .string(code.text), "message": .string(message),
            "attempts": .integer(Int64(attempts)), "first_failed_at": .string(firstFailedAt.description),
            "last_failed_at": .string(lastFailedAt.description), "replay_requested": .bool(isReplayRequested),
        ]
    }
}
