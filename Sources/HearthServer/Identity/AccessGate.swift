import HearthCore
import HearthVault
import NIOCore
import Synchronization

/// Decides who comes in: locks out addresses that guess, looks the token up, holds callers to their rate. Never waits.
final class AccessGate: Sendable {
    private struct Rates {
        var addresses: RateLimiter<ClientAddress>?
        var roles: [Role: RateLimiter<UniqueID>]
    }

    private let authenticator: Authenticator
    private let metrics: ServerMetrics
    private let limitsAddresses: Bool
    private let limitedRoles: Set<Role>
    private let rates: Mutex<Rates>
    private let lockout: Mutex<Lockout<ClientAddress>>
    /// Whether any address has ever failed; spares the others the search.
    private let hasFailures = Atomic<Bool>(false)

    init(_ authenticator: Authenticator, _ settings: RateSettings, _ metrics: ServerMetrics) {
        self.authenticator = authenticator
        self.metrics = metrics
        limitsAddresses = settings.perAddress != nil
        limitedRoles = Set(settings.perRole.keys)
        rates = Mutex(
            Rates(
                addresses: settings.perAddress.map { RateLimiter(rate: $0.perSecond, burst: $0.burst) },
                roles: settings.perRole.mapValues { RateLimiter(rate: $0.perSecond, burst: $0.burst) }))
        lockout = Mutex(
            Lockout(policy: .init(failures: settings.failuresBeforeLockout, firstDelay: settings.lockout)))
    }

    /// - Returns: Who shows these credentials.
    /// - Throws: `.lockedOut`, `.rateLimited`, `.unauthorized`.
    func admit(_ credentials: Credentials?, from peer: SocketAddress?) throws(HearthError) -> Principal {
        let now = ContinuousClock.now
        try refuseLocked(peer, now)
        guard let credentials else { throw .unauthorized() }
        let principal = try identify(credentials, peer, now)
        if limitedRoles.contains(principal.role) {
            try refuse(for: rates.withLock { $0.roles[principal.role]?.admit(principal.id, at: now).wait })
        }
        return principal
    }

    // MARK: Callers seen before

    /// Who shows this `Authorization` header, by a token that is good; nil for everything that `admit` has to judge.
    /// Counts nothing.
    ///
    /// - Parameter known: The caller that was recognised last on the same connection.
    func recognise(
        _ authorization: String, from peer: SocketAddress?, known: inout KnownCaller?
    ) -> Principal? {
        if hasFailures.load(ordering: .relaxed), let address = Self.address(of: peer),
            lockout.withLock({ $0.remainingLock(of: address, at: .now) }) != nil
        {
            return nil
        }
        if let known, authenticator.isValid(known.pass), known.shows(authorization) { return known.pass.principal }
        known = nil
        guard let credentials = try? Credentials(authorization: authorization, cookies: []),
            let pass = authenticator.pass(for: credentials.token)
        else { return nil }
        known = KnownCaller(authorization: authorization, pass: pass)
        return pass.principal
    }

    /// Holds a recognised caller to the rates. Counts the request only when it may pass; one that may not is refused by
    /// `admit`, which says why.
    func mayPass(_ principal: Principal, from peer: SocketAddress?) -> Bool {
        if limitsAddresses, (try? refuseFlood(from: peer)) == nil { return false }
        guard limitedRoles.contains(principal.role) else { return true }
        return rates.withLock { $0.roles[principal.role]?.admit(principal.id, at: .now).wait } == nil
    }

    /// What everybody has to pass, with a token or without.
    func refuseFlood(from peer: SocketAddress?) throws(HearthError) {
        guard limitsAddresses, let address = Self.address(of: peer) else { return }
        let now = ContinuousClock.now
        try refuse(for: rates.withLock { $0.addresses?.admit(address, at: now).wait })
    }

    private func refuse(for wait: Duration?) throws(HearthError) {
        guard let wait else { return }
        throw HearthError(
            .rateLimited, "Too many requests came in a short time.", hint: "Send several readings in one request.",
            disposition: .retry, retryAfter: wait)
    }

    // MARK: Guessing

    private func refuseLocked(_ peer: SocketAddress?, _ now: ContinuousClock.Instant) throws(HearthError) {
        guard hasFailures.load(ordering: .relaxed), let address = Self.address(of: peer),
            let wait = lockout.withLock({ $0.remainingLock(of: address, at: now) })
        else { return }
        throw Self.locked(wait)
    }

    private func identify(
        _ credentials: Credentials, _ peer: SocketAddress?, _ now: ContinuousClock.Instant
    ) throws(HearthError) -> Principal {
        switch authenticator.verdict(on: credentials.token) {
        case .good(let principal):
            return principal
        case .mistyped:
            metrics.authenticationFailures.add()
            throw .unauthorized("The token was not copied whole: a character is wrong or missing.")
        case .expired:
            metrics.authenticationFailures.add()
            throw .unauthorized("The token has expired.")
        case .unknown:
            metrics.authenticationFailures.add()
            if let address = Self.address(of: peer) {
                hasFailures.store(true, ordering: .relaxed)
                if let wait = lockout.withLock({ $0.recordFailure(from: address, at: now) }) {
                    throw Self.locked(wait)
                }
            }
            throw .unauthorized("The token is not known, or it was revoked.")
        }
    }

    private static func locked(_ wait: Duration) -> HearthError {
        HearthError(
            .lockedOut, "Too many wrong tokens came from this address.",
            hint: "Wait as long as Retry-After says, then use a token that is good.", disposition: .retry,
            retryAfter: wait)
    }

    private static func address(of peer: SocketAddress?) -> ClientAddress? {
        peer?.ipAddress.flatMap { ClientAddress($0) }
    }
}

/// A caller that showed a good token on this connection: spares the next request the keyed hash.
struct KnownCaller: Sendable {
    private let authorization: [UInt8]
    let pass: Authenticator.Pass

    init(authorization: String, pass: Authenticator.Pass) {
        self.authorization = Array(authorization.utf8)
        self.pass = pass
    }

    /// Takes the same time wherever the two differ.
    func shows(_ header: String) -> Bool { ConstantTime.areEqual(authorization, Array(header.utf8)) }
}

extension RateLimiter.Decision {
    /// nil: admitted.
    fileprivate var wait: Duration? { if case .refused(let wait) = self { wait } else { nil } }
}
