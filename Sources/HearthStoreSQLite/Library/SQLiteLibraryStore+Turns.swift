import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteLibraryStore {
    package func append(_ turn: Turn) async throws {
        try await file.write { db in
            let owner = try Self.makeOwner(turn.person, in: db)
            try db.execute(
                sql: """
                    INSERT INTO sessions (id, owner, started, last, turns, title) VALUES (?1, ?2, ?3, ?3, 1, ?4)
                    ON CONFLICT (owner, id) DO UPDATE SET started = min(started, excluded.started),
                    last = max(last, excluded.last), turns = turns + 1
                    """,
                arguments: [CatalogueRow.blob(turn.session), owner, turn.timestamp.microseconds, turn.user])
            let session = try Int64.fetchOne(
                db, sql: "SELECT number FROM sessions WHERE owner = ? AND id = ?",
                arguments: [owner, CatalogueRow.blob(turn.session)])
            try db.execute(
                sql: """
                    INSERT INTO turns (id, session, owner, timestamp, question, answer, confidence, answered,
                    citations, embedding) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """,
                arguments: [
                    CatalogueRow.blob(turn.id), session, owner, turn.timestamp.microseconds, turn.user, turn.assistant,
                    turn.confidence, turn.answered, CitationCoding.text(of: turn.citations),
                    turn.embedding.map(LibraryRow.data),
                ])
            guard db.changesCount == 1 else {
                throw HearthError(.conflict, "There is a turn with the id \(turn.id) already.")
            }
        }
    }

    private static let columns = "t.*, s.id AS session_id"

    private static func turn(_ row: Row, person: UniqueID) throws -> Turn {
        let embedding: Data? = row["embedding"]
        return Turn(
            id: try CatalogueRow.id(row["id"]), session: try CatalogueRow.id(row["session_id"]), person: person,
            timestamp: Timestamp(microseconds: row["timestamp"]), user: row["question"], assistant: row["answer"],
            confidence: row["confidence"], answered: row["answered"],
            citations: try CitationCoding.citations(row["citations"]), embedding: embedding.map(LibraryRow.embedding))
    }

    private func turns(
        person: UniqueID, where condition: String, _ arguments: StatementArguments, limit: Int
    ) async throws -> [Turn] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Self.columns) FROM turns t JOIN sessions s ON s.number = t.session
                    WHERE t.owner = ? AND \(condition) LIMIT ?
                    """,
                arguments: [owner] + arguments + [LibraryLimits.length(limit)]
            ).map { try Self.turn($0, person: person) }
        }
    }

    package func turns(session: UniqueID, person: UniqueID) async throws -> [Turn] {
        try await turns(session: session, person: person, after: nil, limit: LibraryLimits.listLength)
    }

    package func turns(
        session: UniqueID, person: UniqueID, after position: UniqueID?, limit: Int
    ) async throws -> [Turn] {
        var condition = "s.id = ?"
        var arguments: StatementArguments = [CatalogueRow.blob(session)]
        if let position {
            condition += " AND (t.timestamp, t.number) > (SELECT timestamp, number FROM turns WHERE id = ?)"
            arguments += [CatalogueRow.blob(position)]
        }
        return try await turns(
            person: person, where: condition + " ORDER BY t.timestamp, t.number", arguments, limit: limit)
    }

    package func turns(person: UniqueID, from: Timestamp?, to: Timestamp?, limit: Int) async throws -> [Turn] {
        try await turns(
            person: person, where: "t.timestamp >= ? AND t.timestamp < ? ORDER BY t.timestamp DESC, t.number DESC",
            [from?.microseconds ?? .min, to?.microseconds ?? .max], limit: limit)
    }

    package func turn(_ id: UniqueID, person: UniqueID) async throws -> Turn? {
        try await turns(person: person, where: "t.id = ?", [CatalogueRow.blob(id)], limit: 1).first
    }

    package func sessions(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [SessionHead] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            var condition = "owner = ?"
            var arguments: StatementArguments = [owner]
            if let position {
                condition += " AND (last, id) < (SELECT last, id FROM sessions WHERE owner = ? AND id = ?)"
                arguments += [owner, CatalogueRow.blob(position)]
            }
            return try Row.fetchAll(
                db, sql: "SELECT * FROM sessions WHERE \(condition) ORDER BY last DESC, id DESC LIMIT ?",
                arguments: arguments + [LibraryLimits.length(limit)]
            ).map { row in
                SessionHead(
                    id: try CatalogueRow.id(row["id"]), started: Timestamp(microseconds: row["started"]),
                    last: Timestamp(microseconds: row["last"]), turns: row["turns"], title: row["title"])
            }
        }
    }

    // MARK: Open questions

    package func file(_ gap: Gap) async throws {
        try await file.write { db in
            let owner = try Self.makeOwner(gap.person, in: db)
            try db.execute(
                sql: """
                    INSERT INTO gaps (id, owner, form, question, turn, confidence, opened, count)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner, form) DO UPDATE SET
                    count = count + excluded.count, turn = ifnull(excluded.turn, turn), confidence = excluded.confidence
                    """,
                arguments: [
                    CatalogueRow.blob(gap.id), owner, gap.form, gap.question, gap.turn.map(CatalogueRow.blob),
                    gap.confidence, gap.openedAt.microseconds, gap.count,
                ])
        }
    }

    package func gaps(person: UniqueID, limit: Int) async throws -> [Gap] {
        try await gaps(person: person, where: "TRUE ORDER BY count DESC, opened DESC, number DESC", [], limit: limit)
    }

    package func gaps(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [Gap] {
        guard let position else { return try await gaps(person: person, where: "TRUE ORDER BY id", [], limit: limit) }
        return try await gaps(
            person: person, where: "id > ? ORDER BY id", [CatalogueRow.blob(position)], limit: limit)
    }

    private func gaps(
        person: UniqueID, where condition: String, _ arguments: StatementArguments, limit: Int
    ) async throws -> [Gap] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            return try Row.fetchAll(
                db, sql: "SELECT * FROM gaps WHERE owner = ? AND \(condition) LIMIT ?",
                arguments: [owner] + arguments + [LibraryLimits.length(limit)]
            ).map { row in
                let turn: Data? = row["turn"]
                return Gap(
                    id: try CatalogueRow.id(row["id"]), person: person, turn: try turn.map(CatalogueRow.id),
                    question: row["question"], confidence: row["confidence"],
                    openedAt: Timestamp(microseconds: row["opened"]), count: row["count"])
            }
        }
    }

    package func settle(gap: UniqueID, person: UniqueID) async throws -> Bool {
        try await file.write { db in
            guard let owner = try Self.owner(person, in: db) else { return false }
            try db.execute(
                sql: "DELETE FROM gaps WHERE id = ? AND owner = ?", arguments: [CatalogueRow.blob(gap), owner])
            return db.changesCount > 0
        }
    }
}

/// Citations of a turn as JSON.
enum CitationCoding {
    static func text(of citations: [Citation]) -> String {
        JSONValue.array(
            citations.map { citation in
                [
                    "passage": .string(citation.passage.description),
                    "document": .string(citation.document.description),
                    "title": .string(citation.title), "start": .integer(Int64(citation.start)),
                    "end": .integer(Int64(citation.end)), "quote": .string(citation.quote),
                ]
            }
        ).text
    }

    static func citations(_ text: String) throws -> [Citation] {
        try (LibraryRow.json(text).array ?? []).map { value in
            guard let passage = value["passage"]?.string.flatMap({ UniqueID($0) }),
                let document = value["document"]?.string.flatMap({ UniqueID($0) }),
                let title = value["title"]?.string, let quote = value["quote"]?.string,
                let start = value["start"]?.int64, let end = value["end"]?.int64
            else { throw HearthError(.storageFailed, "A stored citation cannot be read.", disposition: .defect) }
            return Citation(
                passage: passage, document: document, title: title, start: Int(start), end: Int(end), quote: quote)
        }
    }
}
