import Crypto
import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteLibraryStore {
    package func put(_ entries: [DocumentEntry]) async throws -> [PutOutcome] {
        try LibraryLimits.check(entries)
        if entries.isEmpty { return [] }
        let terms = await PassageTerms.prepare(entries)
        return try await file.write { db in
            try zip(entries, terms).map { try LibraryWriter(db: db).put($0, terms: $1) }
        }
    }

    package func delete(_ id: UniqueID, person: UniqueID, at time: Timestamp) async throws -> Bool {
        let isGone = try await file.write { db in
            guard let owner = try Self.owner(person, in: db) else { return false }
            let number = try Int64.fetchOne(
                db, sql: "SELECT number FROM documents WHERE id = ? AND owner = ?",
                arguments: [CatalogueRow.blob(id), owner])
            guard let number else { return false }
            try LibraryWriter(db: db).forget(number, at: time)
            try LibraryTerms.notePurge(db)
            return true
        }
        if isGone { try await forgetLog() }
        return isGone
    }

    package func purge() async throws {
        guard let removals = try await file.read(LibraryTerms.removals) else { return }
        var isFirst = true
        var isMore = true
        while isMore {
            // What was merged so far stays so; others write between the steps.
            try Task.checkCancellation()
            isMore = try await file.write { [isFirst] in try LibraryTerms.purgeStep($0, isFirst: isFirst) }
            isFirst = false
        }
        try await file.write { try LibraryTerms.endPurge($0, of: removals) }
        try await forgetLog()
    }

    package func erase(person: UniqueID) async throws -> Int {
        let count = try await file.write { db in
            guard let owner = try Self.owner(person, in: db) else { return 0 }
            let numbers = try Int64.fetchAll(
                db, sql: "SELECT number FROM documents WHERE owner = ?", arguments: [owner])
            let writer = LibraryWriter(db: db)
            for number in numbers { try writer.delete(number) }
            for table in ["turns", "sessions", "gaps", "forgotten"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE owner = ?", arguments: [owner])
            }
            try db.execute(sql: "DELETE FROM owners WHERE number = ?", arguments: [owner])
            try LibraryTerms.purge(db)
            return numbers.count
        }
        try await forgetLog()
        return count
    }

    /// Moves the log into the file and empties it: it still holds pages from before a deletion. While a reader holds an older
    /// snapshot SQLite leaves the log as it is, and the next deletion or checkpoint empties it.
    private func forgetLog() async throws {
        try await file.writeOutsideTransaction { db in
            _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }
}

/// Changes documents inside a transaction.
struct LibraryWriter {
    let db: Database

    private struct Known {
        var number: Int64
        var id: UniqueID
        var version: Int
        var fingerprint: [UInt8]
        var passages: Int
        var current: DocumentEntry.Current
    }

    /// - Parameter terms: Those of the entry, where they are made already.
    func put(_ entry: DocumentEntry, terms: PassageTerms?) throws -> PutOutcome {
        var document = entry.document
        let owner = try SQLiteLibraryStore.makeOwner(document.person, in: db)
        if entry.origin == .derived, try isForgotten(document, owner: owner) {
            return PutOutcome(id: document.id, version: 0, change: .late, passages: 0)
        }
        guard let known = try known(document.source, owner: owner) else {
            return try insert(entry, terms, owner: owner)
        }
        if known.fingerprint == document.fingerprint {
            return PutOutcome(id: known.id, version: known.version, change: .unchanged, passages: known.passages)
        }
        if entry.standsApart(from: known.current) { return try put(entry.apart(), terms: terms) }
        if entry.isLate(after: known.current) {
            return PutOutcome(id: known.id, version: known.version, change: .late, passages: known.passages)
        }
        // Versions follow each other, also where a clock was set back or an old reading is read better.
        document.received = max(document.received, known.current.received)
        let version = known.version + 1
        try retire(known.number, person: document.person)
        try db.cachedStatement(
            sql: "UPDATE documents SET version = ?, kind = ?, timestamp = ?, passages = ? WHERE number = ?"
        ).execute(arguments: [
            version, document.kind.rawValue, document.timestamp.microseconds, entry.passages.count, known.number,
        ])
        var renewed = entry
        renewed.document = document
        try store(renewed, terms, number: known.number, id: known.id, version: version, owner: owner)
        return PutOutcome(id: known.id, version: version, change: .newVersion, passages: entry.passages.count)
    }

    private func known(_ source: DocumentSource, owner: Int64) throws -> Known? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.number, d.id, d.version, d.passages, v.fingerprint, v.record, v.received,
                EXISTS (SELECT 1 FROM versions e WHERE e.document = d.number AND e.record = ?) AS knows_reading
                FROM \(LibraryRow.joined) WHERE d.owner = ? AND d.source = ? AND d.key = ?
                """)
        let record = source.record.map { CatalogueRow.blob($0.id) }
        return try Row.fetchOne(statement, arguments: [record, owner, source.name, source.key]).map { row in
            Known(
                number: row["number"], id: try CatalogueRow.id(row["id"]), version: row["version"],
                fingerprint: Array(row["fingerprint"] as Data), passages: row["passages"],
                current: DocumentEntry.Current(
                    record: try LibraryRow.record(row),
                    received: Timestamp(microseconds: row["received"]), knowsReading: row["knows_reading"]))
        }
    }

    /// Whether the document was forgotten after the reading came in that tells it.
    private func isForgotten(_ document: Document, owner: Int64) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM forgotten WHERE owner = ? AND name = ? AND at >= ?)"),
            arguments: [owner, Self.forgottenName(document.source), document.received.microseconds]) ?? false
    }

    /// A digest, so that what is remembered of a forgotten document does not name it.
    private static func forgottenName(_ source: DocumentSource) -> Data {
        Data(SHA256.hash(data: Data("\(source.name.utf8.count) \(source.name) \(source.key)".utf8)))
    }

    private func insert(_ entry: DocumentEntry, _ terms: PassageTerms?, owner: Int64) throws -> PutOutcome {
        let document = entry.document
        try db.cachedStatement(
            sql: """
                INSERT INTO documents (id, owner, source, key, version, kind, timestamp, passages)
                VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """
        ).execute(arguments: [
            CatalogueRow.blob(document.id), owner, document.source.name, document.source.key, document.kind.rawValue,
            document.timestamp.microseconds, entry.passages.count,
        ])
        guard db.changesCount == 1 else {
            throw HearthError(.conflict, "The id \(document.id) belongs to another document already.")
        }
        try store(entry, terms, number: db.lastInsertedRowID, id: document.id, version: 1, owner: owner)
        return PutOutcome(id: document.id, version: 1, change: .inserted, passages: entry.passages.count)
    }

    private func store(
        _ entry: DocumentEntry, _ terms: PassageTerms?, number: Int64, id: UniqueID, version: Int, owner: Int64
    ) throws {
        let document = entry.document
        let source = document.source
        try db.cachedStatement(
            sql: """
                INSERT INTO versions (document, version, kind, title, language, url, blob, stream, record, device,
                timestamp, received, fingerprint, metadata, links, summary, bytes, text)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            number, version, document.kind.rawValue, document.title, document.language, source.url, source.blob,
            source.stream, source.record.map { CatalogueRow.blob($0.id) }, source.device.map(CatalogueRow.blob),
            document.timestamp.microseconds, document.received.microseconds, Data(document.fingerprint),
            document.metadata.text, LibraryRow.text(of: document.links), document.summary, document.text.utf8.count,
            try LibraryRow.compressed(document.text),
        ])
        try storeLinks(document, number: number, owner: owner)
        let terms = terms ?? PassageTerms(entry)
        for (passage, words) in zip(entry.passages, terms.texts) {
            let passageNumber = try store(passage, document: number, version: version, received: document.received)
            try db.cachedStatement(
                sql: """
                    INSERT INTO findable (number, document, owner, timestamp, source, kind) VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                passageNumber, number, owner, document.timestamp.microseconds, source.name, document.kind.rawValue,
            ])
            try LibraryTerms.insert(passageNumber, title: terms.title, text: words, in: db)
            try tell(passageNumber, person: document.person, document: id, gone: false)
        }
    }

    private func storeLinks(_ document: Document, number: Int64, owner: Int64) throws {
        for name in document.linkNames {
            try db.cachedStatement(sql: "INSERT INTO names (owner, name, document) VALUES (?, ?, ?)").execute(
                arguments: [owner, name, number])
        }
        for target in Set(document.distinctLinks.map(Document.linkName)) {
            try db.cachedStatement(sql: "INSERT INTO links (document, target, owner) VALUES (?, ?, ?)").execute(
                arguments: [number, target, owner])
        }
    }

    /// A passage whose proposed id is taken gets a fresh one.
    private func store(_ passage: Passage, document: Int64, version: Int, received: Timestamp) throws -> Int64 {
        var id = passage.id
        while true {
            try db.cachedStatement(
                sql: """
                    INSERT INTO passages (id, document, version, position, start, spoken_from, spoken_to, text)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """
            ).execute(arguments: [
                CatalogueRow.blob(id), document, version, passage.index, passage.offset, passage.spoken?.lowerBound,
                passage.spoken?.upperBound, passage.text,
            ])
            if db.changesCount == 1 { return db.lastInsertedRowID }
            id = UniqueID.random(at: received)
        }
    }

    /// A passage is told of once, by its latest change.
    private func tell(_ number: Int64, person: UniqueID, document: UniqueID, gone: Bool) throws {
        if gone { try db.cachedStatement(sql: "DELETE FROM changes WHERE passage = ?").execute(arguments: [number]) }
        try db.cachedStatement(sql: "INSERT INTO changes (passage, owner, document, gone) VALUES (?, ?, ?, ?)").execute(
            arguments: [number, CatalogueRow.blob(person), CatalogueRow.blob(document), gone])
    }

    /// Takes the current version out of everything that finds it. Its text stays.
    private func retire(_ number: Int64, person: UniqueID) throws {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT f.number, d.id, v.title, p.text FROM findable f JOIN passages p ON p.number = f.number
                    JOIN documents d ON d.number = f.document
                    JOIN versions v ON v.document = d.number AND v.version = d.version WHERE f.document = ? ORDER BY f.number
                    """), arguments: [number])
        for row in rows {
            let passage: Int64 = row["number"]
            try LibraryTerms.remove(passage, title: row["title"], text: row["text"], in: db)
            try tell(passage, person: person, document: try CatalogueRow.id(row["id"]), gone: true)
        }
        for table in ["findable", "names", "links"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE document = ?").execute(arguments: [number])
        }
    }

    /// Forgets a document and remembers that it was, so that its reading does not bring it back.
    func forget(_ number: Int64, at time: Timestamp) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT d.owner, d.source, d.key, v.received FROM \(LibraryRow.joined) WHERE d.number = ?
                """, arguments: [number])
        guard let row else { return }
        let name = Self.forgottenName(DocumentSource(name: row["source"], key: row["key"]))
        try db.execute(
            sql: """
                INSERT INTO forgotten (owner, name, at) VALUES (?, ?, ?)
                ON CONFLICT (owner, name) DO UPDATE SET at = max(at, excluded.at)
                """,
            arguments: [row["owner"] as Int64, name, max(time.microseconds, row["received"] as Int64)])
        try delete(number)
    }

    /// Deletes a document with all that hangs on it.
    func delete(_ number: Int64) throws {
        let person = try Data.fetchOne(
            db, sql: "SELECT person FROM owners JOIN documents ON owner = owners.number WHERE documents.number = ?",
            arguments: [number])
        guard let person else { return }
        try retire(number, person: try CatalogueRow.id(person))
        try db.execute(sql: "DELETE FROM documents WHERE number = ?", arguments: [number])
    }
}
