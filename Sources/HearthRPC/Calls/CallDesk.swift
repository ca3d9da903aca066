import GRPCCore
import HTTPTypes
import HearthCore
import HearthServer
import HearthVault
import Logging
import NIOCore
import Synchronization

/// Stands around every method, as the edge of HTTP stands around every route: lets the caller in, ends calls that are cancelled,
/// turns failures into statuses, counts and logs.
final class CallDesk: Sendable {
    let dependencies: ServerDependencies
    let gate: AccessGate
    private let openCalls = OpenCalls()
    private let stopping = Atomic<Bool>(false)

    init(_ dependencies: ServerDependencies, gate: AccessGate) {
        self.dependencies = dependencies
        self.gate = gate
    }

    /// From now on calls that end early hear that the server stops.
    func stop() { stopping.store(true, ordering: .releasing) }

    // MARK: Before the method

    func admit(_ metadata: Metadata, _ context: GRPCCore.ServerContext, isOpen: Bool) throws(HearthError) -> RPCCall {
        let peer = RemotePeer.address(context.remotePeer)
        let id = UniqueID.random(at: dependencies.time.now())
        try gate.refuseFlood(from: peer)
        if isOpen { return RPCCall(id: id, principal: nil, seat: try openCalls.enter(from: peer)) }
        let credentials = try Credentials(
            authorization: metadata[stringValues: "authorization"].first { _ in true }, cookies: [])
        return RPCCall(id: id, principal: try gate.admit(credentials, from: peer))
    }

    // MARK: The method

    private enum Event: Sendable {
        case ended(Result<Void, any Error>)
        case cancelled
    }

    /// Runs a handler until it ends. When the call is cancelled (its deadline is over, the peer is gone, the server stops),
    /// the handler's task is cancelled, and what it does about that is waited for.
    func run(_ context: GRPCCore.ServerContext, _ handler: @escaping @Sendable () async throws -> Void) async throws {
        let cancellation = context.cancellation
        let result = await withTaskGroup(of: Event.self) { group in
            group.addTask {
                do {
                    try await handler()
                    return .ended(.success(()))
                } catch {
                    return .ended(.failure(error))
                }
            }
            group.addTask {
                // It throws when the handler has ended first; then nobody asks any more.
                try? await cancellation.cancelled
                return .cancelled
            }
            var result: Result<Void, any Error> = .failure(CancellationError())
            for await event in group {
                if case .ended(let ending) = event { result = ending }
                group.cancelAll()
            }
            return result
        }
        do {
            try result.get()
        } catch let error where !(error is HearthError) && cancellation.isCancelled {
            // Whatever breaks in a call that has ended breaks because of that.
            throw isStopping ? HearthError.stopping : RPCError(code: .cancelled, message: "The call was cancelled.")
        }
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) }

    // MARK: After the method

    /// Counts and logs a call that has ended.
    ///
    /// - Returns: The status for the caller; nil: it went well.
    func finish(
        _ context: GRPCCore.ServerContext, _ call: RPCCall?, _ failure: (any Error)?,
        since start: ContinuousClock.Instant
    ) -> RPCError? {
        let path = "/\(context.descriptor.fullyQualifiedMethod)"
        var status = 200
        var ending: RPCError?
        var problem: HearthError?
        switch failure {
        case nil: break
        case let error as HearthError:
            problem = error
            status = HTTPStatusTable.status(for: error).code
            ending = error.rpcError
        case let error as RPCError:
            // 499 is what proxies log for clients that left.
            status = 499
            ending = error
        case let error?:
            let failure = ProblemResponse.failure(error)
            problem = failure
            status = HTTPStatusTable.status(for: failure).code
            ending = failure.rpcError
        }
        let duration = ContinuousClock.now - start
        dependencies.metrics.finished(method: "gRPC", route: path, status: status, after: duration)
        dependencies.accessLog?.record(
            AccessLog.Entry(
                time: dependencies.time.now(), id: call?.id ?? .random(at: dependencies.time.now()), method: "gRPC",
                target: path, status: status, duration: duration, bytes: 0, principal: call?.principal?.id,
                failure: problem?.disposition == .defect ? problem?.code.text : nil))
        if let problem, problem.disposition == .defect {
            dependencies.logger.error(
                "\(problem.message)",
                metadata: ["code": "\(problem.code)", "route": "\(path)", "cause": "\(problem.cause ?? "-")"])
        }
        return ending
    }
}

extension HearthError {
    static var stopping: HearthError {
        HearthError(
            .shuttingDown, "Hearth is stopping.", hint: "Call again; a resume token tells where to go on.",
            disposition: .retry, retryAfter: .seconds(5))
    }
}
