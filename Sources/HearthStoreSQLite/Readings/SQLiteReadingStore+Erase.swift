import GRDB
package import HearthCore
import HearthStore
import Synchronization

extension SQLiteReadingStore {
    /// Rows of one transaction: small enough that others get their turn and the log stays short.
    private static let eraseBatch = 20_000

    /// What is erased is overwritten in the file, and the log that still held it is emptied.
    package func erase(person: UniqueID, device: UniqueID?) async throws -> Int {
        // Commits of processors are refused from here to the end, where all leases break: what is committed later was
        // read later.
        erasures.withLock { $0 += 1 }
        defer { erasures.withLock { $0 -= 1 } }
        try await file.writeOutsideTransaction { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        let result: Result<Int, any Error>
        do {
            result = .success(try await eraseAll(person: person, device: device))
        } catch {
            result = .failure(error)
        }
        chunks.forgetAll()
        try await file.writeOutsideTransaction { db in
            try db.execute(sql: "PRAGMA secure_delete = OFF")
            _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        return try result.get()
    }

    private func eraseAll(person: UniqueID, device: UniqueID?) async throws -> Int {
        let tables = try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT id, table_name FROM hearth_streams ORDER BY id").map { row in
                (stream: row["id"] as Int64, table: row["table_name"] as String)
            }
        }
        var erased = 0
        for (stream, table) in tables {
            let owners = try await file.read { db in
                try Owner.all(in: db, stream: stream, person: person, devices: device.map { [$0] })
            }
            for owner in owners {
                while true {
                    let count = try await write { db, _ in try Self.eraseRows(of: owner, in: table, db) }
                    erased += count
                    if count < Self.eraseBatch { break }
                }
                erased += try await write { db, memory in
                    memory.chunkReach = [:]
                    return try Self.eraseRest(of: owner, stream: stream, table: table, db)
                }
            }
        }
        try await write { db, memory in
            try Self.eraseProcessing(of: person, device: device, db)
            try db.execute(sql: "UPDATE hearth_processors SET holder = NULL, expires = 0")
            // Numbers nobody uses any more would still tell that the person was here.
            try db.execute(
                sql: """
                    DELETE FROM hearth_people WHERE id NOT IN (SELECT person FROM hearth_counters);
                    DELETE FROM hearth_devices WHERE id NOT IN (SELECT device FROM hearth_counters);
                    DELETE FROM hearth_derivations WHERE person NOT IN (SELECT id FROM hearth_people)
                        OR device NOT IN (SELECT id FROM hearth_devices);
                    DELETE FROM hearth_dead_letters WHERE person NOT IN (SELECT id FROM hearth_people)
                        OR device NOT IN (SELECT id FROM hearth_devices);
                    """)
            memory = WriterMemory()
        }
        return erased
    }

    /// What processors noted about the person's readings.
    private static func eraseProcessing(of person: UniqueID, device: UniqueID?, _ db: Database) throws {
        for table in ["hearth_derivations", "hearth_dead_letters"] {
            let query = try RawStatement(
                db,
                "DELETE FROM \(table) WHERE person = (SELECT id FROM hearth_people WHERE uuid = ?)"
                    + (device == nil ? "" : " AND device = (SELECT id FROM hearth_devices WHERE uuid = ?)"))
            query.bind(1, person)
            if let device { query.bind(2, device) }
            try query.run()
        }
    }

    private static func eraseRows(of owner: Owner, in table: String, _ db: Database) throws -> Int {
        try db.execute(
            sql: """
                DELETE FROM "\(table)" WHERE seq IN (
                SELECT seq FROM "\(table)" WHERE device = ? AND person = ? ORDER BY ts LIMIT ?)
                """,
            arguments: [owner.device, owner.person, eraseBatch])
        return db.changesCount
    }

    private static func eraseRest(of owner: Owner, stream: Int64, table: String, _ db: Database) throws -> Int {
        // What came in since the rows were erased goes too, so that nothing is left that the counters do not count.
        try db.execute(
            sql: "DELETE FROM \"\(table)\" WHERE device = ? AND person = ?", arguments: [owner.device, owner.person])
        var erased = db.changesCount
        let place = "stream = ? AND device = ? AND person = ?"
        let selection: StatementArguments = [stream, owner.device, owner.person]
        erased +=
            try Int.fetchOne(
                db, sql: "SELECT ifnull(sum(readings), 0) FROM hearth_chunks WHERE \(place)", arguments: selection) ?? 0
        for name in ["hearth_chunks", "hearth_client_keys", "hearth_counters"] {
            try db.execute(sql: "DELETE FROM \(name) WHERE \(place)", arguments: selection)
        }
        return erased
    }
}
