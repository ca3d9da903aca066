import HearthCore
package import HearthStore
package import HearthVault

/// The hashes of the audit log: HMAC-SHA256 under a key of the household, over a record and the hash of the one before. A
/// record that is changed, moved, put in or taken out breaks the chain, and without the key nobody can mend it.
package struct AuditChain: Sendable {
    private let ring: KeyRing

    package init(ring: KeyRing) { self.ring = ring }

    /// What the first record follows.
    static let start = [UInt8](repeating: 0, count: 32)

    func hash(_ sequence: Int64, _ time: Timestamp, _ body: String, after previous: [UInt8]) -> [UInt8] {
        code("record", [sequence, time.microseconds], previous, Array(body.utf8))
    }

    func seal(_ sequence: Int64, _ time: Timestamp, _ hash: [UInt8], after previous: [UInt8]) -> [UInt8] {
        code("anchor", [sequence, time.microseconds], previous, hash)
    }

    private func code(_ kind: String, _ numbers: [Int64], _ previous: [UInt8], _ body: [UInt8]) -> [UInt8] {
        var bytes = Array(kind.utf8)
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
        bytes += previous
        bytes += body
        return bytes.withUnsafeBytes { ring.authenticationCode(of: $0, for: .audit) }
    }
}

/// What a look at the whole audit log found.
package struct AuditVerification: Sendable, Hashable {
    package struct Problem: Sendable, Hashable {
        /// The record at which the chain breaks.
        package var sequence: Int64
        package var message: String
    }

    package var records: Int
    package var first: Int64?
    package var last: Int64?
    /// Records that were dropped because of their age, as anchors prove.
    package var dropped: Int64
    package var problem: Problem?
}
