import HearthCore
import HearthTesting
import Testing

@testable import HearthStorePostgres

@Suite("Connections to PostgreSQL", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct ConnectionTests {
    private func code(_ body: () async throws -> some Any) async -> ErrorCode? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? HearthError)?.code
        }
    }

    @Test("Values of every type come back as they went")
    func values() async throws {
        try await withPool { pool in
            let id = UniqueID(high: 0x0123_4567_89ab_7def, low: 0x8000_0000_0000_0001)
            try await pool.read { connection in
                let row = try #require(
                    try connection.execute(
                        "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9",
                        [
                            .bool(true), .int2(-2), .int4(.min), .int8(.max), .float8(-0.1), .text("Straße\n"),
                            .bytes([0, 255]), .uuid(id), .null(.int8),
                        ]
                    ).first)
                #expect(try row.bool(0))
                #expect(try row.int16(1) == -2)
                #expect(try row.int32(2) == .min)
                #expect(try row.int64(3) == .max)
                #expect(try row.double(4) == -0.1)
                #expect(row.string(5) == "Straße\n")
                #expect(row.data(6) == [0, 255])
                #expect(try row.id(7) == id)
                #expect(row.isNull(8))
                #expect(throws: PostgresError.self) { try row.int32(3) }
                var holes = PostgresArray(of: .float8)
                holes.append(1.5)
                holes.appendNull()
                let rows = try connection.execute(
                    "SELECT a, b, c FROM unnest($1, $2, $3) WITH ORDINALITY AS u (a, b, c, n) ORDER BY n",
                    [.int8s([1, 2]), .array(holes), .texts(["", "x"])])
                let numbers = try rows.map { try $0.int64(0) }
                #expect(numbers == [1, 2])
                #expect(rows[1].isNull(1))
                #expect(rows[1].string(2) == "x")
                let none = try connection.execute("SELECT unnest($1)", [.uuids([])])
                #expect(none.isEmpty)
            }
        }
    }

    @Test("Text with the first character there is survives")
    func zeroInText() throws {
        for text in ["", "plain", "\u{0}", "a\u{0}b\u{1}c\u{1}\u{0}0", "日本\u{1}1"] {
            let written = PostgresText.written(text)
            #expect(!written.utf8.contains(0))
            #expect(PostgresText.read(written) == text)
        }
    }

    @Test("A transaction that throws leaves no trace, and the session goes on")
    func rollback() async throws {
        try await withPool { pool in
            try await pool.write { try $0.script("CREATE TABLE t (n int8 PRIMARY KEY)") }
            let failed = await code {
                try await pool.write { connection in
                    try connection.execute("INSERT INTO t VALUES ($1)", [.int8(1)])
                    _ = try? connection.savepoint { try $0.execute("INSERT INTO t VALUES ($1)", [.int8(1)]) }
                    try connection.execute("INSERT INTO t VALUES ($1)", [.int8(2)])
                    throw HearthError(.conflict, "No.")
                }
            }
            #expect(failed == .conflict)
            let count = try await pool.read { try $0.execute("SELECT count(*) FROM t").first?.int(0) }
            #expect(count == 0)
            let refused = await code { try await pool.read { try $0.script("INSERT INTO t VALUES (3)") } }
            #expect(refused == .storageFailed)
        }
    }

    @Test("A pipeline gives one answer per statement and stops at the first failure")
    func pipelines() async throws {
        try await withPool { pool in
            try await pool.write { try $0.script("CREATE TABLE t (n int8 PRIMARY KEY)") }
            let sums = try await pool.perform { connection in
                let results = try connection.pipeline(
                    (0..<300).map { PostgresCommand("INSERT INTO t VALUES ($1) RETURNING n * 2", [.int($0)]) })
                return try results.map { try $0[0].int(0) }
            }
            #expect(sums == (0..<300).map { $0 * 2 })
            let twice = await code {
                try await pool.perform { connection in
                    try connection.pipeline([
                        PostgresCommand("INSERT INTO t VALUES ($1)", [.int(1000)]),
                        PostgresCommand("INSERT INTO t VALUES ($1)", [.int(1)]),
                        PostgresCommand("INSERT INTO t VALUES ($1)", [.int(1001)]),
                    ]).count
                }
            }
            #expect(twice == .storageFailed)
            let count = try await pool.perform { try $0.execute("SELECT count(*) FROM t").first?.int(0) }
            #expect(count == 300)
        }
    }

    @Test("Rows are copied in binary, or not at all")
    func copies() async throws {
        try await withPool { pool in
            try await pool.write { connection in
                try connection.script("CREATE TABLE t (n int8 PRIMARY KEY, x float8, label text)")
                let stored = try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                    for number in 0..<20_000 {
                        try writer.beginRow(columns: 3)
                        writer.append(Int64(number))
                        if number % 3 == 0 { writer.appendNull() } else { writer.append(Double(number) / 3) }
                        var label = "row \(number)"
                        label.withUTF8 { writer.append(utf8: $0) }
                    }
                }
                #expect(stored == 20_000)
                var seen = 0
                try connection.forEachRow("SELECT n, x, label FROM t WHERE n >= $1 ORDER BY n", [.int8(5)]) { row in
                    let number = seen + 5
                    #expect(try row.int(0) == number)
                    let x = try row.optional(1) { try row.double(1) }
                    #expect(x == (number % 3 == 0 ? nil : Double(number) / 3))
                    seen += 1
                }
                #expect(seen == 19_995)
            }
            let clash = await code {
                try await pool.write { connection in
                    try connection.copyIn("COPY t (n) FROM STDIN (FORMAT binary)") { writer in
                        for number in [30_000, 1] as [Int64] {
                            try writer.beginRow(columns: 1)
                            writer.append(number)
                        }
                    }
                }
            }
            #expect(clash == .storageFailed)
            let count = try await pool.read { try $0.execute("SELECT count(*) FROM t").first?.int(0) }
            #expect(count == 20_000)
        }
    }

    @Test("More calls than sessions wait for their turn")
    func waiting() async throws {
        var settings = PostgresSettings()
        settings.connections = 3
        try await withPool(settings) { pool in
            let sessions = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await pool.read { try #require(try $0.execute("SELECT pg_backend_pid()").first).int32(0) }
                    }
                }
                var seen: [Int32] = []
                for try await session in group { seen.append(session) }
                return seen
            }
            #expect(sessions.count == 60)
            #expect(Set(sessions).count <= 3)
        }
    }

    @Test("A session that was killed is replaced, and nobody notices")
    func reconnection() async throws {
        var settings = PostgresSettings()
        settings.connections = 1
        try await withPool(settings) { pool in
            try await pool.write { try $0.script("CREATE TABLE t (n int8)") }
            for _ in 0..<3 {
                let killed = await code {
                    try await pool.perform { try $0.script("SELECT pg_terminate_backend(pg_backend_pid())") }
                }
                #expect(killed == .storageFailed)
                try await pool.write { try $0.script("INSERT INTO t VALUES (1)") }
            }
            let other = PostgresPool(url: pool.address)
            try await other.perform {
                try $0.script(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            }
            await other.close()
            try await pool.write { try $0.script("INSERT INTO t VALUES (1)") }
            let count = try await pool.read { try $0.execute("SELECT count(*) FROM t").first?.int(0) }
            #expect(count == 4)
        }
    }

    @Test("A statement that takes too long is given up, a missing database is named")
    func failures() async throws {
        var settings = PostgresSettings()
        settings.statementTimeout = .milliseconds(50)
        try await withPool(settings) { pool in
            await #expect(throws: HearthError.self) { try await pool.read { try $0.script("SELECT pg_sleep(60)") } }
            try await pool.probe()
            let nowhere = PostgresPool(url: pool.address.replacing("test_", with: "absent_"))
            do {
                try await nowhere.probe()
                Issue.record("a database that is not there was found")
            } catch let error as HearthError {
                #expect(error.disposition == .caller)
                #expect(error.hint?.contains("createdb") == true)
            }
            await nowhere.close()
            await pool.close()
            await #expect(throws: HearthError.self) { try await pool.probe() }
        }
    }

    @Test("A transaction has its role and its person, and the next one has not")
    func scopes() async throws {
        var settings = PostgresSettings()
        settings.connections = 1
        try await withPool(settings) { pool in
            let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0001)
            let role = "hearth_test_scope"
            try await pool.perform { try $0.script("CREATE ROLE \(role)") }
            let query = "SELECT current_user::text, current_setting('hearth.person_id', true)"
            let inside = try await pool.read(as: PostgresScope(role: role, person: person)) { connection in
                try #require(try connection.execute(query).first.map { [$0.string(0), $0.string(1)] })
            }
            #expect(inside == [role, String(describing: person)])
            let after = try await pool.read { connection in
                try #require(try connection.execute(query).first.map { [$0.string(0), $0.string(1)] })
            }
            #expect(after == ["postgres", ""])
            try await pool.perform { try $0.script("DROP ROLE \(role)") }
        }
    }

    @Test("What one session notifies the others hear, also after theirs was lost")
    func notifications() async throws {
        try await withPool { pool in
            var events = PostgresWatch(pool, channels: ["hearth_test"]).events().makeAsyncIterator()
            #expect(await events.next() == .connected)
            try await pool.perform { try $0.script("NOTIFY hearth_test, 'one'") }
            #expect(await events.next() == .notification(channel: "hearth_test", payload: "one"))
            try await pool.perform {
                try $0.script(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                )
            }
            #expect(await events.next() == .connected)
            try await pool.perform { try $0.script("NOTIFY hearth_test, 'two'") }
            #expect(await events.next() == .notification(channel: "hearth_test", payload: "two"))
        }
    }

    @Test("Steps of a schema run once, in order, by one of many nodes")
    func migrations() async throws {
        try await withPool { pool in
            let steps = [
                PostgresMigration("first", "CREATE TABLE a (n int8); INSERT INTO a VALUES (1)"),
                PostgresMigration("second", "ALTER TABLE a ADD COLUMN m int8"),
                PostgresMigration(
                    "third", "", statementsOutsideTransaction: ["CREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)"]),
            ]
            let old = try await PostgresMigrator(part: "test", steps).migrate(pool, through: "first")
            #expect(old == ["first"])
            let ran = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await PostgresMigrator(part: "test", steps).migrate(pool) }
                }
                var all: [String] = []
                for try await part in group { all += part }
                return all
            }
            #expect(ran == ["second", "third"])
            var edited = steps
            edited[1].sql = "ALTER TABLE a ADD COLUMN o int8"
            let wrong = [
                PostgresMigrator(part: "test", edited), PostgresMigrator(part: "test", Array(steps.prefix(2))),
            ]
            for migrator in wrong {
                let refused = await code { try await migrator.migrate(pool) }
                #expect(refused == .storageFailed)
            }
            let other = try await PostgresMigrator(part: "other", [PostgresMigration("only", "CREATE TABLE b ()")])
                .migrate(pool)
            #expect(other == ["only"])
        }
    }
}
