package import HearthCore
import HearthSchema
import HearthStore

extension PostgresReadingStore {
    /// Rows of one transaction: small enough that others get their turn.
    private static let eraseBatch = 20_000
    /// Held by an erasure under way and, shared, by commits of processors: the letters `erase` as a number.
    static let erasureLock: Int64 = 0x65_7261_7365

    /// What is erased is gone from the tables when the call returns, as far as no older snapshot needs it. Copies that the
    /// server keeps by itself, its log and its backups, end when they end.
    package func erase(person: UniqueID, device: UniqueID?) async throws -> Int {
        // The lock is the session's: when this node dies, the server gives it back.
        try await pool.perform { connection in
            // Commits of processors are refused from here to the end, where all leases break: what is committed later was
            // read later.
            try connection.execute("SELECT pg_advisory_lock($1)", [.int8(Self.erasureLock)])
            let result = Result { try Self.eraseAll(person: person, device: device, connection) }
            try connection.execute("SELECT pg_advisory_unlock($1)", [.int8(Self.erasureLock)])
            return try result.get()
        }
    }

    private static func eraseAll(
        person: UniqueID, device: UniqueID?, _ connection: PostgresConnection
    ) throws -> Int {
        let chosen = """
            c.person_id = (SELECT id FROM hearth_person_numbers WHERE uuid = $2)
            AND ($3 IS NULL OR c.device_id = (SELECT id FROM hearth_device_numbers WHERE uuid = $3))
            """
        let values: [PostgresValue] = [.uuid(person), .uuid(device)]
        let streams = try connection.execute("SELECT id FROM hearth_streams ORDER BY id").map { try $0.int32(0) }
        var erased = 0
        var partitions: Set<String> = []
        for stream in streams {
            // What comes in meanwhile goes too, so that nothing is left that the counters do not count.
            var isEmpty = false
            while !isEmpty {
                let count = try connection.transaction { connection in
                    let deletion = try RowDeletion(connection, stream: stream)
                    let rows = try CountedRows.all(connection, stream: stream, where: chosen, values).first
                    guard let rows else {
                        isEmpty = true
                        return 0
                    }
                    partitions.insert(rows.partition)
                    let count = try deletion.run(rows, limit: eraseBatch)
                    guard count > 0 else {
                        throw HearthError(
                            .storageFailed, "The counters count readings that are not there.", disposition: .defect)
                    }
                    return count
                }
                erased += count
            }
        }
        try connection.transaction { connection in
            try forget(person: person, device: device, connection)
        }
        // Gives the space back, so that what lay there is written over.
        for partition in partitions.sorted() { try connection.execute("VACUUM \(partition)", isKept: false) }
        return erased
    }

    /// What else was noted about the person's readings.
    private static func forget(
        person: UniqueID, device: UniqueID?, _ connection: PostgresConnection
    ) throws {
        for table in ["hearth_derivations", "hearth_dead_letters", "hearth_client_keys"] {
            try connection.execute(
                """
                DELETE FROM \(table) WHERE person_id = (SELECT id FROM hearth_person_numbers WHERE uuid = $1)
                AND ($2 IS NULL OR device_id = (SELECT id FROM hearth_device_numbers WHERE uuid = $2))
                """, [.uuid(person), .uuid(device)])
        }
        try connection.execute("UPDATE hearth_processors SET holder = NULL, expires = 0")
        // Numbers nobody uses any more would still tell that the person was here.
        try connection.execute(
            "DELETE FROM hearth_person_numbers n WHERE NOT EXISTS (SELECT 1 FROM hearth_counters WHERE person_id = n.id)"
        )
        try connection.execute(
            "DELETE FROM hearth_device_numbers n WHERE NOT EXISTS (SELECT 1 FROM hearth_counters WHERE device_id = n.id)"
        )
        for table in ["hearth_derivations", "hearth_dead_letters"] {
            try connection.execute(
                """
                DELETE FROM \(table) WHERE NOT EXISTS (SELECT 1 FROM hearth_person_numbers n WHERE n.id = person_id)
                OR NOT EXISTS (SELECT 1 FROM hearth_device_numbers n WHERE n.id = device_id)
                """)
        }
    }
}
