import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteLibraryStore {
    package func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) async throws -> [RankedPassage] {
        let terms = SearchTerms.ofQuery(query.text)
        if terms.isEmpty || limit <= 0 { return [] }
        return try await file.read { [counts] db in
            guard let owner = try Self.owner(filter.person, in: db) else { return [] }
            let counted = try counts.counts(of: terms, in: db)
            let chosen = TextRanking.choose(counted)
            if chosen.isEmpty { return [] }
            let isCommon = counted.allSatisfy { $0.count == 0 || $0.count > TextRanking.candidateBudget }
            let condition = LibraryCondition(filter, owner: owner, table: "f")
            // Terms hold no quotes: they are letters and digits.
            let match = chosen.map { "\"\($0)\"" }.joined(separator: " OR ")
            var arguments: StatementArguments = [match]
            arguments += condition.arguments
            // Of a term that is nearly everywhere the newest passages are looked at.
            let bound = isCommon ? "ORDER BY terms.rowid DESC LIMIT \(TextRanking.candidateBudget)" : ""
            let sql = """
                SELECT r.number, d.id, r.score FROM (
                    SELECT f.number AS number, f.document AS document,
                    bm25(terms, \(TextRanking.titleWeight), 1.0) AS score
                    FROM terms CROSS JOIN findable f ON f.number = terms.rowid
                    WHERE terms MATCH ? AND \(condition.sql) \(bound)
                ) r JOIN documents d ON d.number = r.document ORDER BY r.score, r.number LIMIT ?
                """
            arguments += [LibraryLimits.length(limit)]
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map { row in
                let score: Double = row[2]
                return RankedPassage(number: row[0], document: try CatalogueRow.id(row[1]), score: -score)
            }
        }
    }

    package func counts(of terms: [String]) async throws -> (passages: Int, counts: [Int]) {
        try await file.read { [counts] db in
            (try counts.passages(in: db), try counts.counts(of: terms, in: db).map(\.count))
        }
    }

    package func passageChanges(after sequence: Int64, limit: Int) async throws -> [PassageChange] {
        try await file.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT c.sequence, c.passage, c.owner, c.document, f.timestamp, f.source, p.text, v.title
                    FROM changes c LEFT JOIN findable f ON f.number = c.passage AND c.gone = 0
                    LEFT JOIN passages p ON p.number = f.number
                    LEFT JOIN versions v ON v.document = p.document AND v.version = p.version
                    WHERE c.sequence > ? ORDER BY c.sequence LIMIT ?
                    """,
                arguments: [sequence, LibraryLimits.length(limit)])
            return try rows.map { row in
                PassageChange(
                    sequence: row["sequence"], number: row["passage"], person: try CatalogueRow.id(row["owner"]),
                    document: try CatalogueRow.id(row["document"]),
                    timestamp: Timestamp(microseconds: row["timestamp"] ?? 0), source: row["source"] ?? "",
                    text: row["text"], title: row["title"] ?? "")
            }
        }
    }

    package func latestPassageChange() async throws -> Int64 {
        try await file.read { db in
            // What was dropped by compaction counts too.
            try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'changes'") ?? 0
        }
    }

    package func compactPassageChanges(through sequence: Int64) async throws -> Int {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM changes WHERE gone = 1 AND sequence <= ?", arguments: [sequence])
            return db.changesCount
        }
    }
}
