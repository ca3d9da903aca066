import GRDB
import HearthCore
package import HearthStore
import Synchronization

/// The vault and its audit log in one SQLite file, `vault.db`. What is deleted is overwritten in the file.
package final class SQLiteVaultStore: VaultStore {
    let file: SQLiteFile
    /// Numbers of streams.
    private let streams = Mutex<[String: Int64]>([:])

    private init(file: SQLiteFile) { self.file = file }

    /// Opens or creates the file.
    package static func open(path: String) async throws -> SQLiteVaultStore {
        SQLiteVaultStore(
            file: try await SQLiteFile.open(
                path: path,
                prepare: { try $0.execute(sql: "PRAGMA secure_delete = ON") },
                migrator: { VaultMigrations.migrator() }))
    }

    package func probe() async throws {
        try await file.write { try $0.execute(sql: "UPDATE vault_probe SET times = times + 1") }
        _ = try await file.read { try Int.fetchOne($0, sql: "SELECT times FROM vault_probe") }
    }

    package func scrub() async throws {
        try await file.writeOutsideTransaction { db in
            _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    package func close() async throws { try await file.close() }

    package func counts() async throws -> VaultCounts {
        try await file.read { db in
            func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            return VaultCounts(
                entries: try number("SELECT count(*) FROM vault_entries"),
                identities: try number("SELECT count(*) FROM vault_identities"),
                keys: try number("SELECT count(*) FROM vault_keys"),
                bytes: try number("PRAGMA page_count") * number("PRAGMA page_size"))
        }
    }

    // MARK: Streams

    /// The numbers of streams within a read or write; those that have none are left out.
    func numbers(of names: Set<String>, in db: Database) throws -> [String: Int64] {
        let known = streams.withLock { $0 }
        var numbers: [String: Int64] = [:]
        for name in names {
            if let number = known[name] {
                numbers[name] = number
                continue
            }
            let number = try Int64.fetchOne(db, sql: "SELECT id FROM vault_streams WHERE name = ?", arguments: [name])
            if let number { numbers[name] = number }
        }
        return numbers
    }

    /// Remembers numbers once they are committed.
    func remember(_ numbers: [String: Int64]) {
        streams.withLock { $0.merge(numbers) { $1 } }
    }
}
