import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteVaultStore: AuditStore {
    package func appendAudit(_ records: [AuditRecord]) async throws {
        guard let first = records.first else { return }
        try await file.write { db in
            guard first.sequence == (try Self.lastSequence(db)) + 1 else {
                throw HearthError(
                    .conflict, "A record of the audit log does not follow the last one.",
                    hint: "Another program writes to the same log.")
            }
            let insertion = try RawStatement(
                db, "INSERT INTO audit_records (sequence, at, body, hash) VALUES (?, ?, ?, ?)")
            for record in records {
                insertion.bind(1, record.sequence)
                insertion.bind(2, record.time.microseconds)
                insertion.bind(3, record.body)
                insertion.bind(4, blob: record.hash)
                try insertion.run()
            }
        }
    }

    /// Numbers go on where dropped records ended.
    private static func lastSequence(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT max(ifnull((SELECT max(sequence) FROM audit_records), 0),
                ifnull((SELECT max(sequence) FROM audit_anchors), 0))
                """) ?? 0
    }

    package func lastAudit() async throws -> AuditRecord? {
        try await file.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM audit_records ORDER BY sequence DESC LIMIT 1").map(Self.record)
        }
    }

    package func audit(after sequence: Int64, limit: Int) async throws -> [AuditRecord] {
        try await file.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit_records WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, limit]
            ).map(Self.record)
        }
    }

    package func audit(before sequence: Int64?, limit: Int) async throws -> [AuditRecord] {
        try await file.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit_records WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                arguments: [sequence ?? .max, limit]
            ).map(Self.record)
        }
    }

    package func dropAudit(through anchor: AuditAnchor) async throws {
        try await file.write { db in
            try db.execute(
                sql: "INSERT INTO audit_anchors (sequence, at, hash, seal) VALUES (?, ?, ?, ?)",
                arguments: [anchor.sequence, anchor.time.microseconds, Data(anchor.hash), Data(anchor.seal)])
            try db.execute(sql: "DELETE FROM audit_records WHERE sequence <= ?", arguments: [anchor.sequence])
        }
    }

    package func auditAnchors() async throws -> [AuditAnchor] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM audit_anchors ORDER BY sequence").map { row in
                let hash: Data = row["hash"]
                let seal: Data = row["seal"]
                return AuditAnchor(
                    sequence: row["sequence"], time: Timestamp(microseconds: row["at"]), hash: Array(hash),
                    seal: Array(seal))
            }
        }
    }

    private static func record(_ row: Row) -> AuditRecord {
        let hash: Data = row["hash"]
        return AuditRecord(
            sequence: row["sequence"], time: Timestamp(microseconds: row["at"]), body: row["body"], hash: Array(hash))
    }
}
