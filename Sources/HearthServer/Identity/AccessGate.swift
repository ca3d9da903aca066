package import HearthCore
package import HearthVault
package import NIOCore
import Synchronization

/// Decides who comes in: looks the token up, locks out addresses that guess, holds callers to their rate. Never waits.
///
/// A good token always passes: one household stands behind one address, and a forgotten sensor with a revoked token must not
/// shut the others out. What a lock takes from a guesser is the answer: every wrong token gets the same one.
package final class AccessGate: Sendable {
    private struct Rates {
        var addresses: RateLimiter<ClientAddress>?
        var roles: [Role: RateLimiter<UniqueID>]
    }

    private let authenticator: Authenticator
    private let metrics: ServerMetrics
    private let limitsAddresses: Bool
    private let perRole: [Role: RateSettings.Rate]
    private let rates: Mutex<Rates>
    private let lockout: Mutex<Lockout<ClientAddress>>

    package init(_ authenticator: Authenticator, _ settings: RateSettings, _ metrics: ServerMetrics) {
        self.authenticator = authenticator
        self.metrics = metrics
        limitsAddresses = settings.perAddress != nil
        perRole = settings.perRole
        rates = Mutex(
            Rates(
                addresses: settings.perAddress.map { RateLimiter(rate: $0.perSecond, burst: $0.burst) },
                roles: settings.perRole.mapValues { RateLimiter(rate: $0.perSecond, burst: $0.burst) }))
        lockout = Mutex(
            Lockout(policy: .init(failures: settings.failuresBeforeLockout, firstDelay: settings.lockout)))
    }

    package convenience init(_ dependencies: ServerDependencies) {
        self.init(dependencies.authenticator, dependencies.settings.rates, dependencies.metrics)
    }

    /// - Returns: Who shows these credentials.
    /// - Throws: `.lockedOut`, `.rateLimited`, `.unauthorized`.
    package func admit(_ credentials: Credentials?, from peer: SocketAddress?) throws(HearthError) -> Principal {
        guard let credentials else { throw .unauthorized() }
        let principal = try identify(credentials, peer)
        try refuse(for: wait(of: principal))
        return principal
    }

    /// Takes one request, or one message of a socket, from what the caller may still ask for.
    ///
    /// - Returns: How long to wait before asking again, when there is nothing left; nil: it is granted.
    package func wait(of principal: Principal) -> Duration? {
        guard perRole[principal.role] != nil else { return nil }
        return rates.withLock { $0.roles[principal.role]?.admit(principal.id, at: .now).wait }
    }

    /// How many requests and messages a second the caller may send in the long run; nil: as many as it likes.
    package func perSecond(_ principal: Principal) -> Double? { perRole[principal.role]?.perSecond }

    // MARK: Callers seen before

    /// Who shows this `Authorization` header, by a token that is good; nil for everything that `admit` has to judge.
    /// Counts nothing.
    ///
    /// - Parameter known: The caller that was recognised last on the same connection.
    func recognise(_ authorization: String, known: inout KnownCaller?) -> Principal? {
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
        return wait(of: principal) == nil
    }

    /// What everybody has to pass, with a token or without.
    package func refuseFlood(from peer: SocketAddress?) throws(HearthError) {
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

    private func identify(_ credentials: Credentials, _ peer: SocketAddress?) throws(HearthError) -> Principal {
        let verdict = authenticator.verdict(on: credentials.token)
        if case .good(let principal) = verdict { return principal }
        metrics.authenticationFailures.add()
        let now = ContinuousClock.now
        if let address = Self.address(of: peer) {
            let wait = lockout.withLock { lockout in
                // Only what may have been a guess counts.
                verdict == .unknown
                    ? lockout.recordFailure(from: address, at: now) : lockout.remainingLock(of: address, at: now)
            }
            if let wait { throw Self.locked(wait) }
        }
        switch verdict {
        case .mistyped: throw .unauthorized("The token was not copied whole: a character is wrong or missing.")
        case .expired: throw .unauthorized("The token has expired.")
        case .unknown, .good: throw .unauthorized("The token is not known, or it was revoked.")
        }
    }

    private static func locked(_ wait: Duration) -> HearthError {
        HearthError(
            .lockedOut, "Too many wrong tokens came from this address.",
            hint: "Use a token that is good, which is let in at any time; look for the device that sends another.",
            disposition: .retry,
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
