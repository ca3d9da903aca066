package import HearthCore

/// Where the audit log lies: records in a chain, each with a hash over itself and the one before. The store keeps and
/// returns them; it neither makes nor checks hashes. Every back end passes `AuditStoreContract`. Every change is on stable
/// storage when its call returns. Throws as `ReadingStore` does.
package protocol AuditStore: Sendable {
    /// Appends records.
    /// - Throws: `.conflict` when the first one does not follow the last one; then none is stored.
    func appendAudit(_ records: [AuditRecord]) async throws

    /// The last record; nil in a log without any.
    func lastAudit() async throws -> AuditRecord?

    /// Records after a number, oldest first.
    func audit(after sequence: Int64, limit: Int) async throws -> [AuditRecord]

    /// Records before a number (nil: all), newest first.
    func audit(before sequence: Int64?, limit: Int) async throws -> [AuditRecord]

    /// Stores the anchor and deletes the records up to it, in one transaction.
    func dropAudit(through anchor: AuditAnchor) async throws

    /// In the order of records.
    func auditAnchors() async throws -> [AuditAnchor]
}

/// One line of the audit log.
package struct AuditRecord: Sendable, Hashable {
    /// 1, 2, … without gaps.
    package var sequence: Int64
    package var time: Timestamp
    /// What happened, as canonical JSON.
    package var body: String
    /// Over this record and the hash of the one before, 32 bytes.
    package var hash: [UInt8]

    package init(sequence: Int64, time: Timestamp, body: String, hash: [UInt8]) {
        self.sequence = sequence
        self.time = time
        self.body = body
        self.hash = hash
    }
}

/// What is left of records that were dropped because of their age: where the chain goes on.
package struct AuditAnchor: Sendable, Hashable {
    /// Of the last record that was dropped.
    package var sequence: Int64
    package var time: Timestamp
    package var hash: [UInt8]
    /// Over this anchor and the seal of the one before, 32 bytes.
    package var seal: [UInt8]

    package init(sequence: Int64, time: Timestamp, hash: [UInt8], seal: [UInt8]) {
        self.sequence = sequence
        self.time = time
        self.hash = hash
        self.seal = seal
    }
}
