import Foundation
import GRDB
import HeapModule
package import HearthCore
package import HearthStore

extension SQLiteLibraryStore {
    package func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) async throws -> [RankedPassage] {
        let terms = SearchTerms.ofQuery(query.text)
        if terms.isEmpty || limit <= 0 { return [] }
        return try await file.read { [counts, lengths] db in
            guard let owner = try Self.owner(filter.person, in: db) else { return [] }
            let counted = try counts.counts(of: terms, in: db).filter { $0.count > 0 }
            let chosen = Set(TextRanking.choose(counted))
            if chosen.isEmpty { return [] }
            let postings = try TermPostings(db, lengths: lengths)
            var scored: [ScoredPassage] = []
            var unread: [OlderPassages.Term] = []
            // In the order of the question, so that sums are the same in every run.
            for (term, count) in counted {
                guard chosen.contains(term) else {
                    unread.append(.init(term: term, count: count, end: .max))
                    continue
                }
                let scores = try postings.scores(of: term, count: count)
                if scores.count >= TextRanking.candidateBudget, let last = scores.last {
                    unread.append(.init(term: term, count: count, end: last.number))
                }
                scored.add(scores)
            }
            let limit = LibraryLimits.length(limit)
            let passages = try FilteredPassages(filter, owner: owner, in: db)
            let ranked = try Self.passing(Heap(scored), passages, limit: limit)
            let isComplete =
                chosen.count == counted.count && counted.allSatisfy { $0.count <= TextRanking.candidateBudget }
            if ranked.count >= limit || isComplete { return ranked }
            // Nearly all candidates are outside the filter; where that leaves few passages they are looked at one by one.
            if let few = try Self.scoreFew(counted, postings, filter, owner: owner, in: db) {
                return Array(few.prefix(limit))
            }
            var older = try OlderPassages(ranked, owner: owner, in: db)
            // A term that was left out tells something only where the others tell nothing.
            let terms = ranked.isEmpty ? unread : unread.filter { chosen.contains($0.term) }
            try older.read(terms, postings, where: passages, limit: limit)
            return older.ranked(limit: limit)
        }
    }

    /// The best that pass the filter, in their order.
    private static func passing(
        _ scored: consuming Heap<ScoredPassage>, _ passages: FilteredPassages, limit: Int
    ) throws -> [RankedPassage] {
        var ranked: [RankedPassage] = []
        while ranked.count < limit, let passage = scored.popMax() {
            if let document = try passages.document(of: passage.number) {
                ranked.append(RankedPassage(number: passage.number, document: document, score: passage.score))
            }
        }
        return ranked
    }

    /// Ranks every passage of the filter by all terms; nil when there are more than few.
    private static func scoreFew(
        _ terms: [(term: String, count: Int)], _ postings: TermPostings, _ filter: DocumentFilter, owner: Int64,
        in db: Database
    ) throws -> [RankedPassage]? {
        // By documents, which have indexes of time and source.
        let condition = LibraryCondition(filter, owner: owner, table: "d")
        let numbers = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT f.number FROM documents d JOIN findable f ON f.document = d.number WHERE \(condition.sql)
                    LIMIT \(TextRanking.few + 1)
                    """), arguments: condition.arguments)
        guard numbers.count <= TextRanking.few else { return nil }
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.id, v.title, p.text FROM passages p JOIN documents d ON d.number = p.document
                JOIN versions v ON v.document = d.number AND v.version = d.version WHERE p.number = ?
                """)
        return try numbers.compactMap { number in
            guard let row = try Row.fetchOne(statement, arguments: [number]),
                let score = postings.score(title: row[1], text: row[2], terms: terms)
            else { return nil }
            return RankedPassage(number: number, document: try CatalogueRow.id(row[0]), score: score)
        }.sorted { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
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
                    SELECT c.sequence, c.passage, c.owner, c.document, f.timestamp, f.source, f.kind, p.text, v.title
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
                    kind: try (row["kind"] as String?).map(LibraryRow.kind), text: row["text"],
                    title: row["title"] ?? "")
            }
        }
    }

    package func latestPassageChange() async throws -> Int64 {
        try await file.read { db in
            try TermCounts.latestChange(in: db)
        }
    }

    package func compactPassageChanges(through sequence: Int64) async throws -> Int {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM changes WHERE gone = 1 AND sequence <= ?", arguments: [sequence])
            return db.changesCount
        }
    }
}
