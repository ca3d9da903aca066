import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Hummingbird
import Synchronization

/// `/gate`: other programs have the spool take in what they put there, as a webhook they call, and hear how it stands.
struct GateRoutes {
    /// Asking more often opens nothing more.
    static let perSecond = 1.0
    static let burst = 5.0

    private let spool: SpoolService?
    private let limits: IngestLimits
    private let rate = GateRate()

    init(_ dependencies: ServerDependencies) {
        spool = dependencies.spool
        limits = dependencies.ingest.limits
    }

    private static let tag = "Spool"

    var routes: [Route] {
        [
            Route(
                .get, "/gate", "getGate", tag: Self.tag, "How the gate of the spool stands, and its latest batch",
                detail: "For tokens of people and of the role `service` that are not confined to streams.",
                answers: [.json(Shape.named("Gate"), "The gate")], handler: look),
            Route(
                .post, "/gate", "openGate", tag: Self.tag, "Take in at once what waits in the spool",
                detail: """
                    Made to be a webhook of other programs: a body of any kind up to 256 KiB is let go unread. Nothing \
                    happens when nothing waits; while the spool is paused the gate opens when it goes on. At most one \
                    call a second for each token, five at once. For tokens of people and of the role `service` that are \
                    not confined to streams.
                    """,
                body: RouteBody("Anything", [RouteContent("application/json", [:])], isRequired: false),
                answers: [.json(202, Shape.named("Gate"), "It will open")], handler: open),
        ]
    }

    /// Larger bodies are no webhook's.
    private static let bodyBytes = 256 << 10

    private func target(_ context: ServerContext) throws(HearthError) -> SpoolService {
        try context.require(.openGate)
        guard let spool else {
            throw HearthError(.notFound, "This server has no spool.", hint: "`hearth serve` has one.")
        }
        return spool
    }

    @Sendable private func look(_ request: Request, _ context: ServerContext) async throws -> Response {
        .json(try await gate(target(context)))
    }

    @Sendable private func open(_ request: Request, _ context: ServerContext) async throws -> Response {
        let spool = try target(context)
        try rate.admit(try context.caller().id)
        _ = try await request.collectBytes(upTo: Self.bodyBytes)
        spool.openGate()
        return .json(try await gate(spool), status: .accepted)
    }

    private func gate(_ spool: SpoolService) async throws -> JSONValue {
        let overview = spool.overview
        let latest = try await spool.batches(before: nil, limit: 1).first
        return [
            "state": .string(overview.state.rawValue),
            "waiting": [
                "files": .integer(Int64(overview.waitingFiles)), "size_bytes": .integer(Int64(overview.waitingBytes)),
            ],
            "latest": latest.map { batch in
                [
                    "batch": .string(batch.tag), "status": .string(batch.status.rawValue),
                    "opened_at": .string(batch.openedAt.description),
                    "finished_at": batch.finishedAt.map { .string($0.description) } ?? .null,
                ]
            } ?? .null,
        ]
    }
}

/// How often each token may ask for the gate.
private final class GateRate: Sendable {
    private let limiter = Mutex(
        RateLimiter<UniqueID>(rate: GateRoutes.perSecond, burst: GateRoutes.burst, maximumKeys: 1000))

    /// - Throws: `rate-limited`.
    func admit(_ caller: UniqueID) throws(HearthError) {
        guard case .refused(let wait) = limiter.withLock({ $0.admit(caller, at: .now) }) else { return }
        throw HearthError(
            .rateLimited, "The gate was asked for too often.", hint: "One call is enough for all that waits.",
            disposition: .retry, retryAfter: wait)
    }
}
