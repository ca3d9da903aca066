import Foundation
import GRDB
import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthStoreSQLite

/// Databases as older versions wrote them: one dump per migration, named after it.
@Suite("Migrations")
struct MigrationTests {
    private func dump(_ name: String) throws -> String {
        let url = TestData.repository.appending(path: "Tests/HearthStoreSQLiteTests/Fixtures/\(name).sql")
        return try String(contentsOf: url, encoding: .utf8)
    }

    private func restore(_ name: String, to path: String) throws {
        let queue = try DatabaseQueue(path: path)
        // The dump has its own transaction.
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: try dump(name))
        }
        try queue.close()
    }

    /// The statements that made a database, without those of SQLite itself.
    private func schema(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        let statements = try queue.read { db in
            try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        }
        try queue.close()
        return statements
    }

    @Test("Every migration has a database that it left behind")
    func fixturesAreComplete() throws {
        for migration in ReadingMigrations.migrator().migrations {
            #expect(try !dump("streams-\(migration)").isEmpty)
        }
        for migration in CatalogueMigrations.migrator().migrations {
            #expect(try !dump("hearth-\(migration)").isEmpty)
        }
    }

    @Test("Readings of every older version are read and written", arguments: ReadingMigrations.migrator().migrations)
    func readings(migration: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (path, fresh) = (folder.path("streams.db"), folder.path("fresh.db"))
        try restore("streams-\(migration)", to: path)
        let stream = try ContractReadings.motion()
        for file in [path, fresh] {
            let store = try await SQLiteReadingStore.open(path: file, digest: ContractReadings.digest)
            try await store.install([stream])
            if file == path { try await check(store) }
            try await store.close()
        }
        #expect(try schema(path) == schema(fresh))
    }

    /// The fixture holds the first 60 readings of the mixture of seed 1, the first two hours compressed.
    private func check(_ store: SQLiteReadingStore) async throws {
        let stream = try ContractReadings.motion()
        let chunks = try await store.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM hearth_chunks") }
        #expect(try #require(chunks) > 0)
        let changes = try await store.changes(of: stream, after: nil, limit: 100)
        #expect(changes.batch.count == 60)
        let again = try await store.append([ContractReadings.sample(60, seed: 1, stream: stream)])
        #expect(again[0].stored == 0)
        let more = try await store.append([ContractReadings.sample(70, seed: 1, stream: stream)])
        #expect(more[0].stored == 10)
        let counted = try await store.statistics(of: stream)
        #expect(counted.reduce(0) { $0 + $1.count } == 70)
    }

    @Test("Catalogues of every older version are read", arguments: CatalogueMigrations.migrator().migrations)
    func catalogue(migration: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (path, fresh) = (folder.path("hearth.db"), folder.path("fresh.db"))
        try restore("hearth-\(migration)", to: path)
        let store = try await SQLiteCatalogueStore.open(path: path)
        #expect(try await store.people().map(\.name) == ["Ada"])
        #expect(try await store.devices().map(\.metadata) == [["model": "X"]])
        let tokens = try await store.tokens()
        #expect(tokens.first?.streams == ["gps"])
        // Sessions came later, and one was kept then.
        #expect(tokens.map(\.parent) == (migration == "household" ? [nil] : [nil, tokens.first?.hash]))
        #expect(try await store.setting("theme") == "dark")
        try await store.close()
        try await SQLiteCatalogueStore.open(path: fresh).close()
        #expect(try schema(path) == schema(fresh))
    }

    @Test("A conversation from before whole answers were kept is read, and goes on")
    func conversations() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (path, fresh) = (folder.path("library.db"), folder.path("fresh.db"))
        let queue = try DatabaseQueue(path: path)
        try LibraryMigrations.migrator().migrate(queue, upTo: "library")
        let (ada, session) = (LibraryStoreContract.id(1), LibraryStoreContract.id(5))
        try await queue.write { db in
            let blobs = [ada, session, LibraryStoreContract.id(30)].map { CatalogueRow.blob($0) }
            try db.execute(sql: "INSERT INTO owners (number, person) VALUES (1, ?)", arguments: [blobs[0]])
            try db.execute(
                sql: """
                    INSERT INTO sessions (number, id, owner, started, last, turns, title) VALUES (1, ?, 1, 7, 7, 1, 'Why?')
                    """, arguments: [blobs[1]])
            try db.execute(
                sql: """
                    INSERT INTO turns (id, session, owner, timestamp, question, answer, confidence, answered, citations)
                    VALUES (?, 1, 1, 7, 'Why?', 'Because.', 0.5, 1, '[]')
                    """, arguments: [blobs[2]])
        }
        try queue.close()
        let store = try await SQLiteLibraryStore.open(path: path)
        var turn = Turn(
            id: LibraryStoreContract.id(30), session: session, person: ada, timestamp: Timestamp(microseconds: 7),
            user: "Why?", assistant: "Because.", confidence: 0.5, answered: true, citations: [], author: nil)
        #expect(try await store.turns(session: session, person: ada) == [turn])
        turn.id = LibraryStoreContract.id(31)
        (turn.answered, turn.author, turn.notice) = (false, .model, "Something went wrong.")
        turn.nearest = [
            Citation(
                passage: LibraryStoreContract.id(7), document: LibraryStoreContract.id(8), title: "Near", start: 0,
                end: 4,
                quote: "Near")
        ]
        try await store.append(turn)
        #expect(try await store.turns(session: session, person: ada).last == turn)
        try await store.close()
        try await SQLiteLibraryStore.open(path: fresh).close()
        #expect(try schema(path) == schema(fresh))
    }

    /// Writes the fixtures of the newest version anew: run with `HEARTH_WRITE_FIXTURES=1` when a migration is added, then
    /// `sqlite3 FILE .dump` into the fixture of that name.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["HEARTH_WRITE_FIXTURES"] != nil, "writes fixtures"))
    func writeFixtures() async throws {
        let folder = FileManager.default.temporaryDirectory
        let stream = try ContractReadings.motion()
        let store = try await SQLiteReadingStore.open(
            path: folder.appending(path: "fixture-streams.db").path, digest: ContractReadings.digest)
        try await store.install([stream])
        _ = try await store.append([ContractReadings.sample(60, seed: 1, stream: stream)])
        _ = try await store.compact(stream, before: Timestamp(microseconds: 1_742_979_600_000_000 + 7_200_000_000))
        try await store.close()
        let catalogue = try await SQLiteCatalogueStore.open(path: folder.appending(path: "fixture-hearth.db").path)
        let (id, time) = (UniqueID(high: 0x7000, low: 1 << 63), Timestamp(microseconds: 1_742_979_600_000_000))
        try await catalogue.insert(Person(id: id, name: "Ada", timeZone: "Europe/Berlin", createdAt: time))
        try await catalogue.insert(
            Device(
                id: id, person: id, name: "Phone", kind: "phone", metadata: ["model": "X"], createdAt: time,
                updatedAt: time))
        try await catalogue.insert(
            TokenRecord(
                id: id, hash: Array(0..<32), name: "Phone", role: "device", person: id, device: id, streams: ["gps"],
                createdAt: time))
        try await catalogue.set("theme", to: "dark")
        try await catalogue.keep(
            StoredAnswer(status: 201, contentType: "application/json", body: [123, 125]), principal: id, key: "k",
            fingerprint: [1], at: time)
        try await catalogue.close()
    }
}
