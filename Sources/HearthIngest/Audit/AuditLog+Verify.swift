package import HearthCore
import HearthStore

extension AuditLog {
    private static let page = 1000

    /// Computes the whole chain again.
    package func verify() async throws -> AuditVerification {
        // Before the records, which may grow meanwhile.
        let witnessed = try await witnessedHead()
        var result = AuditVerification(records: 0, dropped: 0)
        var seal = AuditChain.start
        for anchor in try await store.auditAnchors() {
            guard anchor.seal == chain.seal(anchor.sequence, anchor.time, anchor.hash, after: seal) else {
                result.problem = .init(sequence: anchor.sequence, message: "the anchor of dropped records was changed")
                return result
            }
            seal = anchor.seal
            result.dropped = anchor.sequence
        }
        var sequence = result.dropped
        var hash = try await store.auditAnchors().last?.hash ?? AuditChain.start
        while true {
            let page = try await store.audit(after: sequence, limit: Self.page)
            for record in page {
                guard record.sequence == sequence + 1 else {
                    result.problem = .init(sequence: sequence + 1, message: "the record is missing")
                    return result
                }
                guard record.hash == chain.hash(record.sequence, record.time, record.body, after: hash) else {
                    result.problem = .init(
                        sequence: record.sequence, message: "the record was changed")
                    return result
                }
                if let witnessed, witnessed.sequence == record.sequence, witnessed.hash != record.hash {
                    result.problem = .init(
                        sequence: record.sequence, message: "the record is not the one that was written at the time")
                    return result
                }
                if result.first == nil { result.first = record.sequence }
                result.records += 1
                result.last = record.sequence
                (sequence, hash) = (record.sequence, record.hash)
            }
            if page.count < Self.page { break }
        }
        if let witnessed, witnessed.sequence > sequence {
            result.problem = .init(
                sequence: sequence + 1,
                message: "records up to \(witnessed.sequence) were written and are missing at the end")
        }
        return result
    }
}
