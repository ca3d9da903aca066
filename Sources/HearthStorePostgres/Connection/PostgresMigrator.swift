import Foundation
package import HearthCore

/// One step of a schema. Steps are only ever appended, and never edited once they were released.
package struct PostgresMigration: Sendable {
    /// Its purpose, unique in its list.
    package var name: String
    package var sql: String
    /// Runs outside a transaction, statement by statement, and may be cut off between them, so each must be one that can
    /// run again (`CREATE INDEX CONCURRENTLY IF NOT EXISTS`).
    package var statementsOutsideTransaction: [String]

    package init(_ name: String, _ sql: String, statementsOutsideTransaction: [String] = []) {
        self.name = name
        self.sql = sql
        self.statementsOutsideTransaction = statementsOutsideTransaction
    }
}

/// Brings the tables of one part of the database to the newest version. Several nodes may start at once: one migrates, the
/// others wait for it. Nodes that run an older version go on meanwhile, so a step must leave them what they use.
package struct PostgresMigrator: Sendable {
    /// Names the list in `hearth_migrations`: `readings`, `catalogue`, `library`.
    package var part: String
    package var migrations: [PostgresMigration]

    package init(part: String, _ migrations: [PostgresMigration]) {
        self.part = part
        self.migrations = migrations
    }

    /// The advisory lock of all migrations: the letters `hearth` as a number.
    private static let lock: Int64 = 0x6865_6172_7468

    /// A step waits this long for a lock that readers hold, and is tried again: while it waits it holds up others.
    private static let lockTimeout = "2s"
    private static let attempts = 30
    /// For another node's migration.
    private static let patience = Duration.seconds(600)

    /// - Parameter last: Stops after this step; tests make older databases that way.
    /// - Returns: names of the steps that ran.
    @discardableResult
    package func migrate(_ pool: PostgresPool, through last: String? = nil) async throws -> [String] {
        try await pool.perform { connection in
            try takeLock(connection)
            // An index on a large table takes its time.
            try connection.script("SET statement_timeout = 0; SET lock_timeout = 0")
            defer {
                // When the session is lost, so is its lock; otherwise both statements cannot fail.
                _ = try? connection.execute("SELECT pg_advisory_unlock($1)", [.int8(Self.lock)])
                _ = try? connection.script(pool.settings.sessionSQL)
            }
            return try run(connection, through: last)
        }
    }

    /// Asks again and again instead of waiting: a session that waits in the server is one that `CREATE INDEX CONCURRENTLY`
    /// would wait for.
    private func takeLock(_ connection: PostgresConnection) throws {
        let deadline = ContinuousClock.now + Self.patience
        while try connection.execute("SELECT pg_try_advisory_lock($1)", [.int8(Self.lock)]).first?.bool(0) != true {
            guard ContinuousClock.now < deadline else {
                throw HearthError(
                    .storageFailed, "Another node has been changing the tables of the database for too long.",
                    hint: "Look at the other nodes' logs.", disposition: .retry, retryAfter: .seconds(10))
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    private func run(_ connection: PostgresConnection, through last: String?) throws -> [String] {
        try connection.script(
            """
            CREATE TABLE IF NOT EXISTS hearth_migrations (
                part text NOT NULL,
                version integer NOT NULL,
                name text NOT NULL,
                digest text NOT NULL,
                applied timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (part, version)
            );
            COMMENT ON TABLE hearth_migrations IS 'Steps of the schema that ran, by part of the program';
            """)
        let done = try connection.execute(
            "SELECT version, name, digest FROM hearth_migrations WHERE part = $1 ORDER BY version", [.text(part)])
        try check(done, connection)
        var ran: [String] = []
        for (index, migration) in migrations.enumerated().dropFirst(done.count) {
            try apply(migration, version: index + 1, connection)
            ran.append(migration.name)
            if migration.name == last { break }
        }
        return ran
    }

    /// Refuses a database that a newer version wrote, and steps that were edited after they ran.
    private func check(_ done: PostgresResult, _ connection: PostgresConnection) throws {
        if done.count > migrations.count {
            throw HearthError(
                .storageFailed, "The database was written by a newer version of Hearth.",
                hint: "Start the newer version; an older one cannot know what it would break.")
        }
        for row in 0..<done.count {
            let migration = migrations[row]
            guard done[row].string(1) == migration.name,
                done[row].string(2) == (try digest(of: migration, connection))
            else {
                throw HearthError(
                    .storageFailed,
                    "Step \(row + 1) of the schema of the \(part) ran as “\(done[row].string(1))” and is another now.",
                    disposition: .defect)
            }
        }
    }

    private func digest(of migration: PostgresMigration, _ connection: PostgresConnection) throws -> String {
        let text = ([migration.sql] + migration.statementsOutsideTransaction).joined(separator: ";")
        return try connection.execute("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", [.text(text)])
            .first?.string(0) ?? ""
    }

    private func apply(_ migration: PostgresMigration, version: Int, _ connection: PostgresConnection) throws {
        let digest = try digest(of: migration, connection)
        for statement in migration.statementsOutsideTransaction { try connection.script(statement) }
        var attempt = 1
        while true {
            do {
                return try connection.transaction { connection in
                    try connection.script("SET LOCAL lock_timeout = '\(Self.lockTimeout)'")
                    if !migration.sql.isEmpty { try connection.script(migration.sql) }
                    try connection.execute(
                        "INSERT INTO hearth_migrations (part, version, name, digest) VALUES ($1, $2, $3, $4)",
                        [.text(part), .int4(Int32(version)), .text(migration.name), .text(digest)])
                }
            } catch let error as PostgresError where error.state == "55P03" && attempt < Self.attempts {
                attempt += 1
            }
        }
    }
}
