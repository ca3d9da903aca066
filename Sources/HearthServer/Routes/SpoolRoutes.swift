import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Hummingbird

/// `/spool`: segments that programs put into a folder, and what became of them.
struct SpoolRoutes {
    private let spool: SpoolService?

    init(_ dependencies: ServerDependencies) { spool = dependencies.spool }

    private static let tag = "Spool"

    var routes: [Route] {
        [
            Route(
                .get, "/spool", "getSpool", tag: Self.tag, "What waits in the spool, and its batches, newest first",
                detail: "For the owner. `cursor` is the tag of the last batch of the page before.",
                parameters: [
                    RouteParameter("limit", "How many batches at most", Shape.integer(1...200, default: 20)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
                ],
                answers: [.json(Shape.named("Spool"), "The spool")], handler: overview),
            Route(
                .get, "/spool/{batch}", "getSpoolBatch", tag: Self.tag, "One batch with its files",
                detail: "Each file with the first of its readings that were refused. For the owner.",
                answers: [.json(Shape.named("SpoolBatch"), "The batch")], handler: batch),
            Route(
                .post, "/spool/{batch}/retry", "retrySpoolBatch", tag: Self.tag,
                "Take the failed files of a batch in again",
                detail:
                    "They become part of a new batch; what was stored of them counts as duplicates there. For the owner.",
                answers: [
                    .json(202, Shape.object(["files": Shape.array(Shape.text)]), "The files that wait again")
                ], handler: retry),
            Route(
                .post, "/spool/pause", "pauseSpool", tag: Self.tag, "Stop taking segments in, also over restarts",
                detail: "What is under way stops between two transactions. For the owner.",
                answers: [RouteAnswer(204, "It is paused")], handler: pause),
            Route(
                .post, "/spool/resume", "resumeSpool", tag: Self.tag, "Go on where the spool was paused",
                detail: "For the owner.", answers: [RouteAnswer(204, "It goes on")], handler: resume),
        ]
    }

    /// Refusals told with a file; the file beside the failed segment has more.
    private static let toldRejects = 20

    // MARK: Handlers

    private func target(_ context: ServerContext) throws(HearthError) -> SpoolService {
        try context.require(.administrate)
        guard let spool else {
            throw HearthError(.notFound, "This server has no spool.", hint: "`hearth serve` has one.")
        }
        return spool
    }

    @Sendable private func overview(_ request: Request, _ context: ServerContext) async throws -> Response {
        let spool = try target(context)
        let limit = try request.queryInteger("limit", in: 1...200) ?? 20
        let batches = try await spool.batches(before: request.query("cursor"), limit: limit + 1)
        var value = spool.overview.json
        value.set("items", .array(batches.prefix(limit).map { $0.summary() }))
        value.set("next_cursor", batches.count > limit ? .string(batches[limit - 1].tag) : .null)
        return .json(value)
    }

    @Sendable private func batch(_ request: Request, _ context: ServerContext) async throws -> Response {
        let spool = try target(context)
        let batch = try await spool.batch(context.parameters.get("batch") ?? "")
        var files: [JSONValue] = []
        for (number, file) in batch.files.enumerated() {
            let rejects =
                file.totals.rejected == 0
                ? [] : try await spool.rejects(of: .init(tag: batch.tag, number: number), limit: Self.toldRejects)
            files.append(file.json(rejects))
        }
        var value = batch.summary()
        value.set("files", .array(files))
        return .json(value)
    }

    @Sendable private func retry(_ request: Request, _ context: ServerContext) async throws -> Response {
        let spool = try target(context)
        let names = try await spool.retry(context.parameters.get("batch") ?? "")
        return .json(["files": .array(names.map { .string($0) })], status: .accepted)
    }

    @Sendable private func pause(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await target(context).pause()
        return .noContent()
    }

    @Sendable private func resume(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await target(context).resume()
        return .noContent()
    }
}

extension SpoolTotals {
    fileprivate var json: JSONValue {
        [
            "accepted": .integer(Int64(accepted)), "duplicates": .integer(Int64(duplicates)),
            "rejected": .integer(Int64(rejected)),
        ]
    }
}

extension SpoolOverview {
    fileprivate var json: JSONValue {
        [
            "state": .string(state.rawValue),
            "waiting": [
                "files": .integer(Int64(waitingFiles)), "size_bytes": .integer(Int64(waitingBytes)),
                "oldest_seconds": oldest.map { .real($0.inSeconds) } ?? .null,
            ],
            "watched": .bool(isWatched),
            "ignored": [
                "count": .integer(Int64(ignoredCount)),
                "names": .array(
                    ignored.map { ["name": .string($0.name), "reason": .string($0.reason.rawValue)] }),
            ],
            "last_error": failure.map { failure in
                [
                    "code": .string(failure.code.text), "message": .string(failure.message),
                    "at": .string(failure.at.description),
                ]
            } ?? .null,
        ]
    }
}

extension SpoolBatch {
    fileprivate func summary() -> JSONValue {
        [
            "batch": .string(tag), "status": .string(status.rawValue), "opened_at": .string(openedAt.description),
            "finished_at": finishedAt.map { .string($0.description) } ?? .null,
            "file_count": .integer(Int64(files.count)),
            "failed_count": .integer(Int64(files.count { $0.outcome == .failed })),
            "size_bytes": .integer(Int64(files.reduce(0) { $0 + $1.size })), "readings": totals.json,
        ]
    }
}

extension SpoolFile {
    fileprivate func json(_ rejects: [SpoolReject]) -> JSONValue {
        [
            "name": .string(name), "size_bytes": .integer(Int64(size)), "sha256": sha256.map { .string($0) } ?? .null,
            "status": .string(outcome?.rawValue ?? "ingesting"), "readings": totals.json,
            "next": ["frame": .integer(Int64(place.frame)), "offset": .integer(Int64(place.offset))],
            "reason": failure.map { ["code": .string($0.code.text), "message": .string($0.message)] } ?? .null,
            "rejected": .array(
                rejects.map { reject in
                    [
                        "frame": .integer(Int64(reject.frame)), "offset": .integer(Int64(reject.offset)),
                        "reading": reject.reading.map { .integer(Int64($0)) } ?? .null,
                        "code": .string(reject.code.text), "message": .string(reject.message),
                    ]
                }),
        ]
    }
}
