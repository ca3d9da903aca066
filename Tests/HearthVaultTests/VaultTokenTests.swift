import Foundation
import HearthCore
import Testing

@testable import HearthVault

@Suite("Tokens of the vault")
struct VaultTokenTests {
    private static let secret = VaultSecret(epoch: 3, bytes: [UInt8](repeating: 5, count: 32))
    private static let person = UniqueID(high: 1, low: 2)

    private static func subject(_ number: UInt64?, field: String = "latitude") -> TokenSubject {
        TokenSubject(
            person: person, stream: "gps", field: field,
            reading: number.map {
                .init(
                    device: UniqueID(high: 9, low: 9),
                    id: RecordID(timestamp: Timestamp(microseconds: 1_795_255_200_000_000), digest: $0))
            })
    }

    @Test func everyFormComesBackAsTheSameToken() {
        for number in UInt64(0)..<2000 {
            let token = Self.secret.token(for: Self.subject(number), value: [1, 2], attempt: 0).token
            #expect(VaultToken(text: token.text) == token)
            #expect(VaultToken(bits: token.real.bitPattern) == token)
            #expect(VaultToken(bits: UInt64(bitPattern: token.integer)) == token)
            #expect(token.real.isNormal && !token.isJoined)
        }
    }

    @Test(arguments: [
        "tok_", "tok_2f60c1a9d3b8e74", "tok_2f60c1a9d3b8e7455", "TOK_2f60c1a9d3b8e745", "tok_2F60c1a9d3b8e745",
        "tok_+f60c1a9d3b8e745", "tok_ffffffffffffffff", "tok_0000000000000000",
    ]) func otherTextIsNoToken(_ text: String) {
        #expect(VaultToken(text: text) == nil)
    }

    @Test func tokensDifferByEverythingButTheAttemptToRepeat() {
        let first = Self.secret.token(for: Self.subject(1), value: [1], attempt: 0)
        let again = Self.secret.token(for: Self.subject(1), value: [1], attempt: 0)
        #expect(first.token == again.token && first.nonce == again.nonce)
        let others = [
            Self.secret.token(for: Self.subject(2), value: [1], attempt: 0),
            Self.secret.token(for: Self.subject(1, field: "longitude"), value: [1], attempt: 0),
            Self.secret.token(for: Self.subject(1), value: [2], attempt: 0),
            Self.secret.token(for: Self.subject(1), value: [1], attempt: 1),
            Self.secret.token(for: Self.subject(nil), value: [1], attempt: 0),
            VaultSecret(epoch: 4, bytes: [UInt8](repeating: 5, count: 32))
                .token(for: Self.subject(1), value: [1], attempt: 0),
            VaultSecret(epoch: 3, bytes: [UInt8](repeating: 6, count: 32))
                .token(for: Self.subject(1), value: [1], attempt: 0),
        ]
        #expect(Set(others.map(\.token)).union([first.token]).count == others.count + 1)
        #expect(others[4].token.isJoined)
    }

    @Test func aSealedValueOpensUnderItsKeyAndLabelAlone() throws {
        let wrapped = try Self.secret.makeKey(for: Self.person)
        let key = try Self.secret.unwrap(wrapped, of: Self.person)
        for count in [0, 1, 11, 12, 13, 300] {
            let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) }
            let sealed = try key.seal(value, nonce: nil, label: "gps latitude")
            #expect(try key.open(sealed, label: "gps latitude") == value)
            // Twelve bytes of nonce, sixteen of tag, and whole blocks.
            #expect((sealed.count - 28) % 16 == 0)
            #expect(throws: HearthError.self) { try key.open(sealed, label: "gps longitude") }
            var changed = sealed
            changed[sealed.count / 2] ^= 1
            #expect(throws: HearthError.self) { try key.open(changed, label: "gps latitude") }
        }
        #expect(throws: HearthError.self) { try Self.secret.unwrap(wrapped, of: UniqueID(high: 1, low: 3)) }
        let other = VaultSecret(epoch: 4, bytes: [UInt8](repeating: 5, count: 32))
        #expect(throws: HearthError.self) { try other.unwrap(wrapped, of: Self.person) }
    }

    @Test func secretsAreMadeOnceAndMissedWhenTheyAreGone() throws {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("hearth-secret-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let folder = VaultKeyFolder(home: home.path)
        let made = try folder.secret(of: 1, mustExist: false)
        #expect(try folder.secret(of: 1, mustExist: true).fingerprint == made.fingerprint)
        #expect(try folder.secret(of: 2, mustExist: false).fingerprint != made.fingerprint)
        try folder.remove(1)
        try folder.remove(1)
        let failure = #expect(throws: HearthError.self) { try folder.secret(of: 1, mustExist: true) }
        #expect(failure?.code == .keyMissing)
    }
}
