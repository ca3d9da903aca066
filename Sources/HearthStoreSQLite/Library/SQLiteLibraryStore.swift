import Foundation
import GRDB
package import HearthCore
package import HearthStore

/// The library in one SQLite file, `library.db`.
package final class SQLiteLibraryStore: LibraryStore {
    let file: SQLiteFile
    let counts = TermCounts()
    let lengths = PassageLengths()

    private init(file: SQLiteFile) { self.file = file }

    /// Opens or creates the file. When terms are made in another way than those in the file, they are made anew.
    package static func open(path: String) async throws -> SQLiteLibraryStore {
        var limits = SQLiteFile.Limits()
        // Text ranking reads some hundred pages of the term index for one question.
        limits.readerCacheKiB = 16 << 10
        limits.writerCacheKiB = 16 << 10
        let file = try await SQLiteFile.open(path: path, limits: limits, prepare: TermCountFunction.register) {
            LibraryMigrations.migrator()
        }
        let store = SQLiteLibraryStore(file: file)
        do {
            // What is deleted is overwritten, not only unlinked.
            try await file.writeOutsideTransaction { try $0.execute(sql: "PRAGMA secure_delete = ON") }
            try await file.write { try LibraryTerms.renew($0) }
        } catch {
            try await file.close()
            throw error
        }
        return store
    }

    package func probe() async throws {
        try await file.write { try $0.execute(sql: "UPDATE facts SET value = value + 1 WHERE name = 'probes'") }
        _ = try await file.read { try Int.fetchOne($0, sql: "SELECT value FROM facts WHERE name = 'probes'") }
    }

    package func close() async throws { try await file.close() }

    /// The small number of a person; nil when nothing of theirs is kept.
    static func owner(_ person: UniqueID, in db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM owners WHERE person = ?"),
            arguments: [CatalogueRow.blob(person)]
        )
    }

    /// The small number of a person, given now if need be.
    static func makeOwner(_ person: UniqueID, in db: Database) throws -> Int64 {
        if let number = try owner(person, in: db) { return number }
        try db.execute(sql: "INSERT INTO owners (person) VALUES (?)", arguments: [CatalogueRow.blob(person)])
        return db.lastInsertedRowID
    }
}
