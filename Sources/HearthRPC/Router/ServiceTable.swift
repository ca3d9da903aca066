import HearthCore
import HearthProtocols
import HearthServer
import HearthVault
import SwiftProtobuf
import Synchronization

/// Which service answers which kind of request.
final class ServiceTable: Sendable {
    /// A service of Hearth itself.
    struct BuiltIn: Sendable {
        typealias Handler = @Sendable (Google_Protobuf_Struct, RPCCall) async throws -> Google_Protobuf_Struct

        var name: String
        var kinds: [String: Handler]
        /// How long an answer may be given again; zero: not at all.
        var cacheLifetime: Duration = .zero
    }

    /// Who answers a request, and how long the answer stays good.
    struct Target: Sendable {
        var service: String
        var cacheLifetime: Duration
        var answer: @Sendable (Google_Protobuf_Struct, RPCCall) async throws -> Google_Protobuf_Struct
    }

    private struct Registered {
        var kinds: [String]
        var cacheLifetime: Duration
        /// Who may use it: everybody for the owner's, otherwise those of the same person.
        var person: UniqueID
        var isOwners: Bool
        var workers: [ServiceWorker]
        /// Whose turn it is.
        var turn = 0
    }

    private struct Counts {
        var calls: UInt64 = 0
        var failures: UInt64 = 0
        var inFlight: UInt32 = 0
    }

    private struct State {
        var registered: [String: Registered] = [:]
        var counts: [String: Counts] = [:]
    }

    static let maximumServices = 64
    static let maximumWorkers = 16
    static let maximumKinds = 16
    static let longestCache = 3600

    private let builtIn: [BuiltIn]
    private let authenticator: Authenticator
    private let state = Mutex(State())

    init(_ builtIn: [BuiltIn], _ authenticator: Authenticator) {
        self.builtIn = builtIn
        self.authenticator = authenticator
    }

    // MARK: Asking

    /// - Throws: `.notFound`, `.forbidden`, `.serviceUnavailable` when all that serve the kind are busy or do not want calls.
    func target(_ kind: String, for call: RPCCall) throws(HearthError) -> Target {
        for service in builtIn {
            guard let handler = service.kinds[kind] else { continue }
            return Target(service: service.name, cacheLifetime: service.cacheLifetime, answer: handler)
        }
        let caller = try call.caller()
        guard let (name, service) = registered(for: kind, caller) else {
            throw HearthError(
                .notFound, "No service is registered for the kind \(kind.prefix(100)).",
                hint: "ListServices lists those that are.")
        }
        try call.require(.readLibrary())
        guard let worker = worker(of: name) else {
            throw HearthError.serviceUnavailable("The service \(name) takes no calls at the moment.")
        }
        return Target(service: name, cacheLifetime: service.cacheLifetime) { payload, _ in
            try await worker.call(kind, payload, for: caller)
        }
    }

    private func registered(for kind: String, _ caller: Principal) -> (String, Registered)? {
        state.withLock { state in
            state.registered.first { $1.kinds.contains(kind) && Self.isFor(caller, $1) }.map { ($0.key, $0.value) }
        }
    }

    private static func isFor(_ caller: Principal, _ service: Registered) -> Bool {
        service.isOwners || service.person == caller.person
    }

    /// The next worker that takes calls; they take turns.
    private func worker(of name: String) -> ServiceWorker? {
        state.withLock { state in
            guard let service = state.registered[name] else { return nil }
            for step in 0..<service.workers.count {
                let place = (service.turn + step) % service.workers.count
                let worker = service.workers[place]
                guard worker.isFree, authenticator.isStillGood(worker.principal) else { continue }
                state.registered[name]?.turn = place + 1
                return worker
            }
            return nil
        }
    }

    /// Asks and counts.
    func ask(_ target: Target, _ payload: Google_Protobuf_Struct, _ call: RPCCall) async throws
        -> Google_Protobuf_Struct
    {
        state.withLock { state in
            state.counts[target.service, default: Counts()].calls += 1
            state.counts[target.service, default: Counts()].inFlight += 1
        }
        var isFailure = true
        defer {
            state.withLock { state in
                state.counts[target.service, default: Counts()].inFlight -= 1
                if isFailure { state.counts[target.service, default: Counts()].failures += 1 }
            }
        }
        let answer = try await target.answer(payload, call)
        isFailure = false
        return answer
    }

    // MARK: Registering

    /// - Throws: `.invalidValue`, `.conflict`, `.tooLarge`.
    func register(_ worker: ServiceWorker, _ registration: Router_V1_Registration) throws(HearthError) {
        try Self.check(registration)
        let principal = worker.principal
        let name = registration.service
        let failure = state.withLock { state -> HearthError? in
            if builtIn.contains(where: { $0.name == name }) { return .taken("the name \(name)") }
            for kind in registration.kinds {
                let isTaken =
                    builtIn.contains { $0.kinds[kind] != nil }
                    || state.registered.contains { $0.key != name && $0.value.kinds.contains(kind) }
                if isTaken { return .taken("the kind \(kind)") }
            }
            var service =
                state.registered[name]
                ?? Registered(
                    kinds: [], cacheLifetime: .zero, person: principal.person, isOwners: principal.role == .owner,
                    workers: [])
            if service.person != principal.person { return .taken("the name \(name)") }
            if state.registered[name] == nil, state.registered.count >= Self.maximumServices {
                return HearthError(.tooLarge, "At most \(Self.maximumServices) services can be registered.")
            }
            if service.workers.count >= Self.maximumWorkers {
                return HearthError(.tooLarge, "At most \(Self.maximumWorkers) programs can share one service.")
            }
            service.kinds = registration.kinds
            service.cacheLifetime = .seconds(Int(registration.cacheSeconds))
            service.isOwners = principal.role == .owner
            service.workers.append(worker)
            state.registered[name] = service
            return nil
        }
        if let failure { throw failure }
    }

    /// - Returns: Whether the service is gone with this worker.
    func remove(_ worker: ServiceWorker, from name: String) -> Bool {
        state.withLock { state in
            state.registered[name]?.workers.removeAll { $0 === worker }
            guard state.registered[name]?.workers.isEmpty ?? false else { return false }
            state.registered[name] = nil
            state.counts[name] = nil
            return true
        }
    }

    private static func check(_ registration: Router_V1_Registration) throws(HearthError) {
        guard isName(registration.service, allowsDots: false) else {
            throw .unfit("/registration/service", "must be 1 to 64 of a-z, 0-9, - and _")
        }
        guard (1...maximumKinds).contains(registration.kinds.count),
            registration.kinds.allSatisfy({ isName($0, allowsDots: true) }),
            Set(registration.kinds).count == registration.kinds.count
        else {
            throw .unfit(
                "/registration/kinds",
                "must be 1 to \(maximumKinds) different words joined by dots, as in weather.today")
        }
        guard registration.cacheSeconds <= longestCache else {
            throw .unfit("/registration/cache_seconds", "must be 0 to \(longestCache)")
        }
    }

    private static func isName(_ text: String, allowsDots: Bool) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "."): allowsDots
                default: false
                }
            }
    }

    // MARK: Looking

    /// Every service that the caller may ask, by name.
    func list(for caller: Principal, isReady: Bool) -> [Router_V1_Service] {
        state.withLock { state in
            var services = builtIn.map { service in
                Router_V1_Service.with {
                    $0.name = service.name
                    $0.kinds = service.kinds.keys.sorted()
                    $0.health = isReady ? .serving : .notServing
                }
            }
            for (name, service) in state.registered where Self.isFor(caller, service) {
                let isServing = service.workers.contains { $0.isServing && authenticator.isStillGood($0.principal) }
                services.append(
                    .with {
                        $0.name = name
                        $0.kinds = service.kinds.sorted()
                        $0.health = isServing ? .serving : .notServing
                        $0.workers = UInt32(service.workers.count)
                    })
            }
            for index in services.indices {
                let counts = state.counts[services[index].name] ?? Counts()
                services[index].calls = counts.calls
                services[index].failures = counts.failures
                services[index].inFlight = counts.inFlight
            }
            return services.sorted { $0.name < $1.name }
        }
    }
}

extension HearthError {
    fileprivate static func taken(_ what: String) -> HearthError {
        HearthError(
            .conflict, "Another service has \(what) already.", hint: "ListServices lists them; choose another one.")
    }
}
