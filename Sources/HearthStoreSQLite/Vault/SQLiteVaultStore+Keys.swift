import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteVaultStore {
    // MARK: Epochs

    package func epochs() async throws -> [VaultEpoch] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vault_epochs ORDER BY number").map { row in
                let fingerprint: Data = row["fingerprint"]
                return VaultEpoch(
                    number: row["number"], startedAt: Timestamp(microseconds: row["started_at"]),
                    fingerprint: Array(fingerprint))
            }
        }
    }

    package func begin(_ epoch: VaultEpoch) async throws {
        try await file.write { db in
            let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM vault_epochs")
            guard epoch.number == (last ?? 0) + 1 else {
                throw HearthError(.conflict, "Epoch \(epoch.number) does not follow the one in use.")
            }
            try db.execute(
                sql: "INSERT INTO vault_epochs (number, started_at, fingerprint) VALUES (?, ?, ?)",
                arguments: [epoch.number, epoch.startedAt.microseconds, Data(epoch.fingerprint)])
        }
    }

    package func retire(epoch: Int64) async throws {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM vault_keys WHERE epoch = ?", arguments: [epoch])
            try db.execute(sql: "DELETE FROM vault_epochs WHERE number = ?", arguments: [epoch])
        }
    }

    // MARK: Keys

    package func keys() async throws -> [VaultKeyRecord] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vault_keys ORDER BY id").map(Self.key)
        }
    }

    package func insert(_ key: VaultKeyDraft) async throws -> VaultKeyRecord {
        try await file.write { db in
            try db.execute(
                sql: "INSERT INTO vault_keys (person, epoch, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [CatalogueRow.blob(key.person), key.epoch, Data(key.wrapped)])
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM vault_keys WHERE person = ? AND epoch = ?",
                arguments: [CatalogueRow.blob(key.person), key.epoch])
            guard let row else {
                throw HearthError(.storageFailed, "A key was refused and is not there.", disposition: .defect)
            }
            return try Self.key(row)
        }
    }

    package func forgetKeys(of person: UniqueID) async throws {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM vault_keys WHERE person = ?", arguments: [CatalogueRow.blob(person)])
        }
    }

    private static func key(_ row: Row) throws -> VaultKeyRecord {
        let wrapped: Data = row["wrapped"]
        return VaultKeyRecord(
            id: row["id"],
            VaultKeyDraft(
                person: try CatalogueRow.id(row["person"]), epoch: row["epoch"], wrapped: Array(wrapped)))
    }

    // MARK: Identities

    package func put(_ identities: [VaultIdentity]) async throws {
        try await file.write { db in
            for identity in identities {
                try db.execute(
                    sql: """
                        INSERT INTO vault_identities (subject, key, sealed) VALUES (?, ?, ?)
                        ON CONFLICT (subject) DO UPDATE SET key = excluded.key, sealed = excluded.sealed
                        """,
                    arguments: [CatalogueRow.blob(identity.subject), identity.key, Data(identity.sealed)])
            }
        }
    }

    package func identities() async throws -> [VaultIdentity] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vault_identities ORDER BY subject").map { row in
                let sealed: Data = row["sealed"]
                return VaultIdentity(
                    subject: try CatalogueRow.id(row["subject"]), key: row["key"], sealed: Array(sealed))
            }
        }
    }

    package func removeIdentities(_ subjects: [UniqueID]) async throws {
        try await file.write { db in
            for subject in subjects {
                try db.execute(
                    sql: "DELETE FROM vault_identities WHERE subject = ?", arguments: [CatalogueRow.blob(subject)])
            }
        }
    }
}
