import GRPCCore
import HearthCore
import HearthProtocols
import HearthServer
import HearthVault
import SwiftProtobuf

/// `router.v1.RouterService`
struct RouterMethods: Sendable {
    private typealias Method = Router_V1_RouterService.Method

    private let authenticator: Authenticator
    private let readiness: SharedReadiness
    private let table: ServiceTable
    private let cache = AnswerCache()

    init(_ desk: CallDesk, _ query: QueryMethods, _ readiness: SharedReadiness) {
        authenticator = desk.dependencies.authenticator
        self.readiness = readiness
        table = ServiceTable(BuiltInServices(desk.dependencies, query).all, authenticator)
    }

    func register<Transport: ServerTransport>(in methods: inout MethodTable<Transport>) {
        methods.unary(Method.Route.descriptor, route)
        methods.unary(Method.ListServices.descriptor, list)
        methods.stream(Method.Serve.descriptor, serve)
    }

    // MARK: Asking

    @Sendable private func route(
        _ request: Router_V1_RouteRequest, _ call: RPCCall
    ) async throws -> Router_V1_RouteResponse {
        let target = try table.target(request.kind, for: call)
        var key: AnswerCache.Key?
        if target.cacheLifetime > .zero {
            var options = BinaryEncodingOptions()
            options.useDeterministicOrdering = true
            let own = AnswerCache.Key(
                kind: request.kind, caller: try call.caller().id,
                payload: try request.payload.serializedData(options: options))
            if !request.fresh, let entry = cache.entry(own, of: target.service, at: .now) {
                return .with {
                    $0.service = entry.service
                    $0.payload = entry.payload
                    $0.cached = true
                    $0.ageSeconds = (ContinuousClock.now - entry.madeAt).inSeconds
                }
            }
            key = own
        }
        let answer = try await table.ask(target, request.payload, call)
        if let key {
            cache.keep(
                AnswerCache.Entry(
                    service: target.service, payload: answer, madeAt: .now, lifetime: target.cacheLifetime), for: key)
        }
        return .with {
            $0.service = target.service
            $0.payload = answer
        }
    }

    @Sendable private func list(
        _ request: Router_V1_ListServicesRequest, _ call: RPCCall
    ) async throws -> Router_V1_ListServicesResponse {
        try call.require(.readRegistry)
        let services = table.list(for: try call.caller(), isReady: await readiness.isReady)
        let statistics = cache.statistics
        return .with {
            $0.services = services
            $0.cache.entries = UInt32(statistics.entries)
            $0.cache.bytes = UInt64(statistics.bytes)
            $0.cache.hits = UInt64(statistics.hits)
            $0.cache.misses = UInt64(statistics.misses)
        }
    }

    // MARK: Serving

    @Sendable private func serve(
        _ messages: Received<Router_V1_ServeRequest>, _ writer: RPCWriter<Router_V1_ServeResponse>, _ call: RPCCall
    ) async throws {
        try call.require(.writeLibrary())
        var iterator = messages.makeAsyncIterator()
        guard case .registration(let registration) = try await iterator.next()?.value().message else {
            throw HearthError.unfit("/registration", "is missing: the first message registers the service")
        }
        // One signal is enough for any number of calls: they wait in the worker.
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let worker = ServiceWorker(try call.caller()) { signal.yield() }
        try table.register(worker, registration)
        defer {
            worker.close()
            if table.remove(worker, from: registration.service) { cache.forget(registration.service) }
        }
        // Writes in its own task, so that answers are read while calls wait for the peer.
        let writing = Task {
            try await writer.write(.with { $0.registered.answerWithinSeconds = ServiceWorker.patience.inSeconds })
            for await _ in signals {
                while let call = worker.nextCall() { try await writer.write(call) }
            }
        }
        defer {
            signal.finish()
            writing.cancel()
        }
        while let message = try await iterator.next() {
            guard authenticator.isStillGood(worker.principal) else {
                throw HearthError.unauthorized("The token was revoked or has expired.")
            }
            switch try message.value().message {
            case .answer(let answer): worker.answer(answer)
            case .health(let health): worker.become(serving: health != .notServing)
            case .registration: throw HearthError.unfit("/registration", "came before in this call")
            case nil: throw HearthError.unfit("/message", "is missing")
            }
        }
        try Task.checkCancellation()
    }
}
