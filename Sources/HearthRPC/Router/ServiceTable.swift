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
        let counts: ServiceCounts
        var answer: @Sendable (Google_Protobuf_Struct, RPCCall) async throws -> Google_Protobuf_Struct
    }

    private struct Registered {
        var kinds: [String]
        var cacheLifetime: Duration
        /// Who may use it: everybody for the owner's, otherwise those of the same person.
        var person: UniqueID
        var isOwners: Bool
        var workers: [ServiceWorker]
        let counts = ServiceCounts()
        /// Whose turn it is.
        var turn = 0
    }

    static let maximumServices = 64
    static let maximumWorkers = 16
    static let maximumKinds = 16
    static let longestCache = 3600

    private let builtIn: [BuiltIn]
    /// Of the services of Hearth itself, by name.
    private let builtInCounts: [String: ServiceCounts]
    private let authenticator: Authenticator
    /// By name.
    private let table = Mutex<[String: Registered]>([:])

    init(_ builtIn: [BuiltIn], _ authenticator: Authenticator) {
        self.builtIn = builtIn
        builtInCounts = Dictionary(uniqueKeysWithValues: builtIn.map { ($0.name, ServiceCounts()) })
        self.authenticator = authenticator
    }

    // MARK: Asking

    /// - Throws: `.notFound`, `.forbidden`, `.serviceUnavailable` when all that serve the kind are busy or do not want calls.
    func target(_ kind: String, for call: RPCCall) throws(HearthError) -> Target {
        for service in builtIn {
            guard let handler = service.kinds[kind], let counts = builtInCounts[service.name] else { continue }
            return Target(
                service: service.name, cacheLifetime: service.cacheLifetime, counts: counts, answer: handler)
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
        return Target(service: name, cacheLifetime: service.cacheLifetime, counts: service.counts) { payload, _ in
            try await worker.call(kind, payload, for: caller)
        }
    }

    private func registered(for kind: String, _ caller: Principal) -> (String, Registered)? {
        table.withLock { services in
            services.first { $1.kinds.contains(kind) && Self.isFor(caller, $1) }.map { ($0.key, $0.value) }
        }
    }

    private static func isFor(_ caller: Principal, _ service: Registered) -> Bool {
        service.isOwners || service.person == caller.person
    }

    /// The next worker that takes calls; they take turns.
    private func worker(of name: String) -> ServiceWorker? {
        table.withLock { services in
            guard let service = services[name] else { return nil }
            for step in 0..<service.workers.count {
                let place = (service.turn + step) % service.workers.count
                let worker = service.workers[place]
                guard worker.isFree, authenticator.isStillGood(worker.principal) else { continue }
                services[name]?.turn = place + 1
                return worker
            }
            return nil
        }
    }

    /// Asks and counts.
    func ask(_ target: Target, _ payload: Google_Protobuf_Struct, _ call: RPCCall) async throws
        -> Google_Protobuf_Struct
    {
        target.counts.begin()
        var isFailure = true
        defer { target.counts.end(isFailure: isFailure) }
        let answer = try await target.answer(payload, call)
        isFailure = false
        return answer
    }

    // MARK: Registering

    /// The programs of a service share its calls, so they answer the same kinds, in the same way, for the same people.
    ///
    /// - Throws: `.invalidValue`, `.conflict`, `.tooLarge`.
    func register(_ worker: ServiceWorker, _ registration: Router_V1_Registration) throws(HearthError) {
        try Self.check(registration)
        let principal = worker.principal
        let name = registration.service
        let failure = table.withLock { services -> HearthError? in
            if builtIn.contains(where: { $0.name == name }) { return .taken("the name \(name)") }
            for kind in registration.kinds {
                let isTaken =
                    builtIn.contains { $0.kinds[kind] != nil }
                    || services.contains { $0.key != name && $0.value.kinds.contains(kind) }
                if isTaken { return .taken("the kind \(kind)") }
            }
            let joining = Registered(
                kinds: registration.kinds, cacheLifetime: .seconds(Int(registration.cacheSeconds)),
                person: principal.person, isOwners: principal.role == .owner, workers: [worker])
            guard let service = services[name] else {
                if services.count >= Self.maximumServices {
                    return HearthError(.tooLarge, "At most \(Self.maximumServices) services can be registered.")
                }
                services[name] = joining
                return nil
            }
            if service.person != principal.person { return .taken("the name \(name)") }
            if let difference = Self.difference(of: joining, from: service) {
                return .unlike("The service \(name) is registered already, with \(difference).")
            }
            if service.workers.count >= Self.maximumWorkers {
                return HearthError(.tooLarge, "At most \(Self.maximumWorkers) programs can share one service.")
            }
            services[name]?.workers.append(worker)
            return nil
        }
        if let failure { throw failure }
    }

    /// What keeps a program from sharing a service with those that are there; nil: nothing.
    private static func difference(of joining: Registered, from service: Registered) -> String? {
        if Set(joining.kinds) != Set(service.kinds) {
            return "the kinds \(service.kinds.sorted().joined(separator: ", "))"
        }
        if joining.cacheLifetime != service.cacheLifetime {
            return "answers that are good for \(service.cacheLifetime.components.seconds) seconds"
        }
        if joining.isOwners != service.isOwners {
            return service.isOwners ? "the owner's token, for everybody" : "a token for one person"
        }
        return nil
    }

    /// - Returns: Whether the service is gone with this worker.
    func remove(_ worker: ServiceWorker, from name: String) -> Bool {
        table.withLock { services in
            services[name]?.workers.removeAll { $0 === worker }
            guard services[name]?.workers.isEmpty ?? false else { return false }
            services[name] = nil
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
        var services = builtIn.map { service in
            Router_V1_Service.with {
                $0.name = service.name
                $0.kinds = service.kinds.keys.sorted()
                $0.health = isReady ? .serving : .notServing
                builtInCounts[service.name]?.fill(&$0)
            }
        }
        table.withLock { registered in
            for (name, service) in registered where Self.isFor(caller, service) {
                let isServing = service.workers.contains { $0.isServing && authenticator.isStillGood($0.principal) }
                services.append(
                    .with {
                        $0.name = name
                        $0.kinds = service.kinds.sorted()
                        $0.health = isServing ? .serving : .notServing
                        $0.workers = UInt32(service.workers.count)
                        service.counts.fill(&$0)
                    })
            }
        }
        return services.sorted { $0.name < $1.name }
    }
}

extension HearthError {
    fileprivate static func taken(_ what: String) -> HearthError {
        HearthError(
            .conflict, "Another service has \(what) already.", hint: "ListServices lists them; choose another one.")
    }

    fileprivate static func unlike(_ message: String) -> HearthError {
        HearthError(
            .conflict, message,
            hint: "Register it in the same way, or under another name until the older programs have left.")
    }
}
