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

    /// Merges the whole index, after which nothing in the file tells of what was removed. Takes long where there is much.
    static func purge(_ db: Database) throws {
        try db.execute(sql: "INSERT INTO terms (terms) VALUES ('optimize')")
        try db.execute(sql: "DELETE FROM facts WHERE name = 'removals'")
    }

    // MARK: Purging by and by

    /// Pages of the index that one step of merging writes, of about 4 KiB each.
    private static let stepPages = 256

    /// Notes that words were removed whose traces must go.
    static func notePurge(_ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO facts VALUES ('removals', 1) ON CONFLICT DO UPDATE SET value = value + 1"
        ).execute()
    }

    /// How many removals have left traces since the last purge; nil when none has.
    static func removals(_ db: Database) throws -> Int? {
        try Int.fetchOne(db, sql: "SELECT value FROM facts WHERE name = 'removals'")
    }

    /// One step of what `purge` does at once. The first takes all segments of the index for one merge, which others go on with.
    /// - Returns: whether there is more to merge.
    static func purgeStep(_ db: Database, isFirst: Bool) throws -> Bool {
        let before = db.totalChangesCount
        try db.execute(
            sql: "INSERT INTO terms (terms, rank) VALUES ('merge', ?)", arguments: [isFirst ? -stepPages : stepPages])
        // FTS5's documentation: a merge that had nothing to do makes fewer than two changes.
        return db.totalChangesCount - before >= 2
    }

    /// Forgets the note, unless there were removals since.
    static func endPurge(_ db: Database, of removals: Int) throws {
        try db.execute(sql: "DELETE FROM facts WHERE name = 'removals' AND value = ?", arguments: [removals])
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
