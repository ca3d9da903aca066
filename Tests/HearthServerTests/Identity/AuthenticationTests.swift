import HearthCore
import HearthStore
import HearthTesting
import HearthVault
import NIOCore
import Synchronization
import Testing

@testable import HearthServer

/// A clock that a test turns.
private final class TurnedTime: TimeSource {
    private let time = Mutex(Timestamp(microseconds: 1_795_255_200_000_000))
    func now() -> Timestamp { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

@Suite struct AuthenticatorTests {
    private let time = TurnedTime()
    private let catalogue = MemoryCatalogueStore()
    private let person = UniqueID(high: 1 << 16 | 0x7000, low: 1 << 63)
    private let ring = KeyRing(key: [UInt8](repeating: 1, count: KeyRing.keyByteCount))

    private func make() -> Authenticator { Authenticator(ring: ring, catalogue: catalogue, time: time) }

    @Test func aMintedTokenIsGoodUntilItIsRevoked() async throws {
        let authenticator = make()
        let (token, record) = try await authenticator.mint(
            .init(name: "a", role: .service, person: person, streams: ["gps"]))
        guard case .good(let principal) = authenticator.verdict(on: token) else {
            Issue.record("the token is not good")
            return
        }
        #expect(principal.id == record.id)
        #expect(principal.streams == ["gps"])
        #expect(authenticator.isStillGood(principal))
        try await authenticator.revoke(record.id)
        #expect(authenticator.verdict(on: token) == .unknown)
        #expect(!authenticator.isStillGood(principal))
        #expect(authenticator.record(record.id)?.revokedAt != nil)
    }

    @Test func aRestartKnowsTheSameTokens() async throws {
        let first = make()
        let kept = try await first.mint(.init(name: "kept", role: .device, person: person, device: person))
        let revoked = try await first.mint(.init(name: "revoked", role: .device, person: person, device: person))
        try await first.revoke(revoked.record.id)
        let second = make()
        try await second.load()
        #expect(second.verdict(on: kept.token) == first.verdict(on: kept.token))
        #expect(second.verdict(on: revoked.token) == .unknown)
        #expect(second.records.count == 2)
        // The catalogue holds no token.
        #expect(!"\(try await catalogue.tokens())".contains(kept.token.secret))
    }

    @Test func tokensExpire() async throws {
        let authenticator = make()
        let (token, _) = try await authenticator.mint(
            .init(name: "a", role: .service, person: person, expiresAt: time.now() + .seconds(60)))
        guard case .good(let principal) = authenticator.verdict(on: token) else {
            Issue.record("the token is not good")
            return
        }
        time.advance(.seconds(60))
        #expect(authenticator.verdict(on: token) == .expired)
        #expect(!authenticator.isStillGood(principal))
    }

    @Test func aSessionEndsWithTheTokenItCameFrom() async throws {
        let authenticator = make()
        let owner = AccessToken.mint()
        authenticator.install(owner: owner, person: person)
        let (token, _) = try await authenticator.mint(
            .init(name: "a", role: .service, person: person, streams: ["gps"], expiresAt: time.now() + .seconds(60)))
        let sessions = (
            try await authenticator.openSession(with: owner), try await authenticator.openSession(with: token)
        )
        let nested = try await authenticator.openSession(with: sessions.1)
        guard case .good(let first) = authenticator.verdict(on: sessions.0),
            case .good(let second) = authenticator.verdict(on: nested)
        else {
            Issue.record("the sessions are not good")
            return
        }
        #expect(first.role == .owner && first.id != Authenticator.ownerID)
        #expect(second.role == .service && second.streams == ["gps"])
        let pass = try #require(authenticator.pass(for: nested))
        #expect(authenticator.isValid(pass) && authenticator.isStillGood(second))
        time.advance(.seconds(60))
        #expect(authenticator.verdict(on: nested) == .expired)
        #expect(!authenticator.isValid(pass) && !authenticator.isStillGood(second))
        // Another owner's token leaves nothing of the one before, a restart no more than the running server.
        let later = make()
        try await later.load()
        later.install(owner: owner, person: person)
        #expect(later.verdict(on: sessions.0) == .good(first))
        later.install(owner: .mint(), person: person)
        #expect(later.verdict(on: sessions.0) == .expired)
        #expect(!later.isStillGood(first))
        time.advance(.seconds(90 * 86_400))
        #expect(authenticator.verdict(on: sessions.0) == .expired)
        await #expect(throws: HearthError.self) { try await authenticator.openSession(with: nested) }
    }

    @Test func anUnknownRoleIsGoodForNothing() async throws {
        let token = AccessToken.mint()
        try await catalogue.insert(
            TokenRecord(
                id: .random(at: time.now()), hash: token.digest(ring).bytes, name: "a", role: "emperor", person: person,
                createdAt: time.now()))
        let authenticator = make()
        try await authenticator.load()
        #expect(authenticator.verdict(on: token) == .unknown)
    }

    @Test func aSlipOfTheFingerIsNoGuess() throws {
        let authenticator = make()
        let secret = AccessToken.mint().secret
        let slipped = try #require(AccessToken(String(secret.dropLast()) + (secret.last == "a" ? "b" : "a")))
        #expect(authenticator.verdict(on: slipped) == .mistyped)
        let stranger = AccessToken.mint()
        #expect(authenticator.verdict(on: stranger) == .unknown)
    }
}

@Suite struct AccessGateTests {
    private let person = UniqueID(high: 1 << 16 | 0x7000, low: 1 << 63)
    private let token = AccessToken.mint()

    private func gate(_ change: (inout RateSettings) -> Void = { _ in }) async throws -> (AccessGate, Credentials) {
        var settings = RateSettings()
        change(&settings)
        let authenticator = Authenticator(
            ring: KeyRing(key: [UInt8](repeating: 1, count: KeyRing.keyByteCount)), catalogue: MemoryCatalogueStore(),
            time: SystemTime())
        let minted = try await authenticator.mint(.init(name: "a", role: .service, person: person))
        authenticator.install(owner: token, person: person)
        return (
            AccessGate(authenticator, settings, ServerMetrics()),
            try #require(try Credentials(authorization: "Bearer \(minted.token.secret)", cookies: []))
        )
    }

    private func address(_ text: String) throws -> SocketAddress { try SocketAddress(ipAddress: text, port: 1) }

    private func code(_ body: () throws -> Void) -> ErrorCode? {
        do {
            try body()
            return nil
        } catch {
            return (error as? HearthError)?.code
        }
    }

    @Test func guessingLocksTheAddressOutAndNobodyElse() async throws {
        let (gate, good) = try await gate { $0.failuresBeforeLockout = 3 }
        let wrong = try #require(try Credentials(authorization: "Bearer wrong-password-1", cookies: []))
        let attacker = try address("203.0.113.7")
        let codes = (0..<5).map { _ in code { _ = try gate.admit(wrong, from: attacker) } }
        #expect(codes == [.unauthorized, .unauthorized, .lockedOut, .lockedOut, .lockedOut])
        let other = try address("203.0.113.8")
        #expect(code { _ = try gate.admit(good, from: other) } == nil)
        #expect(code { _ = try gate.admit(nil, from: other) } == .unauthorized)
    }

    @Test func aGoodTokenPassesAtALockedAddress() async throws {
        let (gate, good) = try await gate { $0.failuresBeforeLockout = 1 }
        let wrong = try #require(try Credentials(authorization: "Bearer wrong-password-1", cookies: []))
        let owner = try #require(try Credentials(authorization: "Bearer \(token.secret)", cookies: []))
        // All that is wrong with it stays untold: even a slip of the finger says that one is close.
        let slipped = String(good.token.secret.dropLast()) + (good.token.secret.last == "a" ? "b" : "a")
        let mistyped = try #require(try Credentials(authorization: "Bearer \(slipped)", cookies: []))
        let home = try address("192.0.2.1")
        for _ in 0..<3 {
            #expect(code { _ = try gate.admit(wrong, from: home) } == .lockedOut)
            #expect(code { _ = try gate.admit(mistyped, from: home) } == .lockedOut)
            #expect(code { _ = try gate.admit(good, from: home) } == nil)
            #expect(code { _ = try gate.admit(owner, from: home) } == nil)
        }
        var known: KnownCaller?
        #expect(gate.recognise("Bearer \(good.token.secret)", known: &known) != nil)
    }

    @Test func rolesHaveTheirRate() async throws {
        let (gate, service) = try await gate { $0.perRole = [.service: .init(perSecond: 0.001, burst: 2)] }
        let owner = try #require(try Credentials(authorization: "Bearer \(token.secret)", cookies: []))
        let codes = (0..<3).map { _ in code { _ = try gate.admit(service, from: nil) } }
        #expect(codes == [nil, nil, .rateLimited])
        for _ in 0..<100 { #expect(code { _ = try gate.admit(owner, from: nil) } == nil) }
    }

    @Test func addressesMayHaveARate() async throws {
        let (gate, _) = try await gate { $0.perAddress = .init(perSecond: 0.001, burst: 1) }
        let peer = try address("::1")
        #expect(code { try gate.refuseFlood(from: peer) } == nil)
        #expect(code { try gate.refuseFlood(from: peer) } == .rateLimited)
        let other = try address("127.0.0.1")
        #expect(code { try gate.refuseFlood(from: other) } == nil)
    }
}

@Suite struct CredentialsTests {
    @Test func theHeaderComesFirst() throws {
        let credentials = try Credentials(authorization: "bearer   abc", cookies: ["hearth_session=def"])
        #expect(credentials?.token.secret == "abc")
        #expect(credentials?.carrier == .header)
    }

    @Test func theCookieIsFoundAmongOthers() throws {
        let credentials = try Credentials(authorization: nil, cookies: ["a=b; hearth_session=d%3Bef; c=d"])
        #expect(credentials?.token.secret == "d;ef")
        #expect(credentials?.carrier == .cookie)
        let none = try Credentials(authorization: nil, cookies: ["xhearth_session=abc", ""])
        #expect(none == nil)
    }

    @Test(arguments: ["Basic abc", "Bearer", "abc", "", "Bearer " + String(repeating: "a", count: 2000)])
    func otherSchemesAreRefused(_ header: String) {
        #expect(throws: HearthError.self) { try Credentials(authorization: header, cookies: []) }
    }

    @Test func aCookieBringsBackWhatItWasGiven() throws {
        for secret in ["hearth_abc-DEF", "a;b\"c,d=e%f g"] {
            let token = try #require(AccessToken(secret))
            let header = Credentials.cookie(token, isSecure: false)
            let pair = try #require(header.split(separator: ";").first)
            let credentials = try Credentials(authorization: nil, cookies: [String(pair)])
            #expect(credentials?.token.secret == secret)
        }
        let token = try #require(AccessToken("abc"))
        #expect(
            Credentials.cookie(token, isSecure: true).hasSuffix("HttpOnly; SameSite=Strict; Max-Age=7776000; Secure"))
    }
}

@Suite struct SameOriginTests {
    private let origins = SameOrigin(allowed: ["https://Home.example"])

    @Test func ourOwnPagesArePermitted() {
        #expect(origins.permits(origin: "http://127.0.0.1:8000", host: "127.0.0.1:8000"))
        #expect(origins.permits(origin: "https://hearth.local", host: "hearth.local"))
        #expect(origins.permits(origin: "https://hearth.local", host: "hearth.local:443"))
        #expect(origins.permits(origin: "https://home.example", host: "127.0.0.1"))
    }

    @Test(arguments: [
        "null", "http://127.0.0.1:8001", "http://evil.example", "file://", "ftp://127.0.0.1:8000", "",
        "https://home.example.evil",
    ])
    func othersAreNot(_ origin: String) {
        #expect(!origins.permits(origin: origin, host: "127.0.0.1:8000"))
        #expect(!origins.permits(origin: origin, host: nil))
    }

    @Test func changesNeedASignOfOrigin() {
        #expect(!origins.permitsUnsafe(origin: nil, fetchSite: nil, host: "a"))
        #expect(!origins.permitsUnsafe(origin: nil, fetchSite: "cross-site", host: "a"))
        #expect(!origins.permitsUnsafe(origin: nil, fetchSite: "same-site", host: "a"))
        #expect(origins.permitsUnsafe(origin: nil, fetchSite: "same-origin", host: "a"))
        #expect(!origins.permitsUnsafe(origin: "http://b", fetchSite: "same-origin", host: "a"))
    }
}
