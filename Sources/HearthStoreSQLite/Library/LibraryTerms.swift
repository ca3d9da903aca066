import Foundation
import GRDB
import HearthCore
import HearthStore

/// The terms of findable passages, in the FTS5 table `terms`.
enum LibraryTerms {
    static func add(_ number: Int64, title: String, text: String, in db: Database) throws {
        try insert(number, title: SearchTerms.joined(title), text: SearchTerms.joined(text), in: db)
    }

    /// The same with terms that are made already.
    static func insert(_ number: Int64, title: String, text: String, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO terms (rowid, title, text) VALUES (?, ?, ?)").execute(
            arguments: [number, title, text])
    }

    /// Takes out what `add` put in: the table keeps no text, so it must be told the same again.
    static func remove(_ number: Int64, title: String, text: String, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO terms (terms, rowid, title, text) VALUES ('delete', ?, ?, ?)").execute(
            arguments: [number, SearchTerms.joined(title), SearchTerms.joined(text)])
    }

    /// Merges the whole index, after which nothing in the file tells of what was removed.
    static func purge(_ db: Database) throws {
        try db.execute(sql: "INSERT INTO terms (terms) VALUES ('optimize')")
    }

    /// Makes all terms anew when the file's were made by another revision.
    static func renew(_ db: Database) throws {
        let known = try Int.fetchOne(db, sql: "SELECT value FROM facts WHERE name = 'terms'")
        if known == SearchTerms.revision { return }
        try db.execute(sql: "INSERT INTO terms (terms) VALUES ('delete-all')")
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT f.number, v.title, p.text FROM findable f JOIN passages p ON p.number = f.number
                JOIN versions v ON v.document = p.document AND v.version = p.version ORDER BY f.number
                """)
        while let row = try rows.next() {
            try add(row["number"], title: row["title"], text: row["text"], in: db)
        }
        try db.execute(
            sql: "INSERT INTO facts VALUES ('terms', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            arguments: [SearchTerms.revision])
    }
}
