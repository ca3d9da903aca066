import GRDB
import HearthCore
import HearthStore

/// Reads from the FTS5 table in which passages a term is, and scores them. For one read of the file.
struct TermPostings {
    private let db: Database
    private let lengths: PassageLengths
    private let inOrder: RawStatement
    private let newest: RawStatement
    private let passages: Int
    private let averageLength: Double

    init(_ db: Database, lengths: PassageLengths) throws {
        self.db = db
        self.lengths = lengths
        let all = "SELECT rowid, passage_counts(terms) FROM terms WHERE terms MATCH ? ORDER BY rowid"
        inOrder = try RawStatement(db, all)
        newest = try RawStatement(db, "\(all) DESC LIMIT \(TextRanking.candidateBudget)")
        let totals = try RawStatement(db, "SELECT block FROM terms_data WHERE id = 1")
        defer { totals.reset() }
        // Rows, then terms of each column.
        let numbers = try totals.step() ? FTS5Integers.all(in: totals.bytes(0)) : []
        passages = Int(numbers.first ?? 0)
        averageLength = Double(max(numbers.dropFirst().reduce(0, +), 1)) / Double(max(passages, 1))
    }

    /// What a term that is in `count` passages adds to the score of each: newest passages first, no more than the budget.
    func scores(of term: String, count: Int) throws -> [ScoredPassage] {
        // FTS5 walks its lists forwards in half the time.
        if count < TextRanking.candidateBudget {
            let found = try read(inOrder, term)
            // The count is remembered, so there may be more by now.
            if found.count < TextRanking.candidateBudget { return try scored(found.reversed(), count: count) }
        }
        return try scored(try read(newest, term), count: count)
    }

    /// No more than the budget.
    private func read(_ statement: RawStatement, _ term: String) throws -> [(number: Int64, counts: Int64)] {
        defer { statement.clear() }
        // Terms hold no quotes: they are letters and digits.
        statement.bind(1, "\"\(term)\"")
        var found: [(number: Int64, counts: Int64)] = []
        while found.count < TextRanking.candidateBudget, try statement.step() {
            found.append((statement.int64(0), statement.int64(1)))
        }
        return found
    }

    /// The same of older passages: of the newest below `number`, no more than the budget, those that pass.
    /// - Returns: with them the number below which the next page begins; nil where there is none.
    func olderScores(
        of term: String, count: Int, below number: Int64, where passes: (Int64) throws -> Bool
    ) throws -> (scores: [ScoredPassage], end: Int64?) {
        let statement = try RawStatement(
            db,
            """
            SELECT rowid, passage_counts(terms) FROM terms WHERE terms MATCH ? AND rowid < ? ORDER BY rowid DESC
            LIMIT \(TextRanking.candidateBudget)
            """)
        defer { statement.clear() }
        statement.bind(1, "\"\(term)\"")
        statement.bind(2, number)
        var found: [(number: Int64, counts: Int64)] = []
        var (read, end) = (0, number)
        while try statement.step() {
            (read, end) = (read + 1, statement.int64(0))
            if try passes(end) { found.append((end, statement.int64(1))) }
        }
        return (try scored(found, count: count), read < TextRanking.candidateBudget ? nil : end)
    }

    private func scored(_ found: [(number: Int64, counts: Int64)], count: Int) throws -> [ScoredPassage] {
        let sizes = try lengths.lengths(of: found.lazy.map(\.number), in: db)
        let inverseFrequency = TextRanking.inverseFrequency(of: count, in: passages)
        return zip(found, sizes).map { posting, length in
            ScoredPassage(
                number: posting.number,
                score: score(
                    inverseFrequency, title: Int(posting.counts >> 32), text: Int(posting.counts & 0xffff_ffff),
                    length: Int(length)))
        }
    }

    /// The score of a text as if it was found by these terms; nil when it has none of them.
    func score(title: String, text: String, terms: [(term: String, count: Int)]) -> Double? {
        let (title, text) = (SearchTerms.all(in: title), SearchTerms.all(in: text))
        var (isFound, sum) = (false, 0.0)
        for (term, count) in terms {
            let (inTitle, inText) = (title.count { $0 == term }, text.count { $0 == term })
            guard inTitle + inText > 0 else { continue }
            isFound = true
            sum += score(
                TextRanking.inverseFrequency(of: count, in: passages), title: inTitle, text: inText,
                length: title.count + text.count)
        }
        return isFound ? sum : nil
    }

    private func score(_ inverseFrequency: Double, title: Int, text: Int, length: Int) -> Double {
        TextRanking.score(
            inverseFrequency: inverseFrequency, weightedCount: Double(title) * TextRanking.titleWeight + Double(text),
            length: Double(length), averageLength: averageLength)
    }
}

struct ScoredPassage: Comparable {
    var number: Int64
    var score: Double

    /// The better one is greater; of equal ones the one that was stored first.
    static func < (left: ScoredPassage, right: ScoredPassage) -> Bool {
        left.score != right.score ? left.score < right.score : left.number > right.number
    }
}

extension [ScoredPassage] {
    /// Adds the scores of another list; both are in falling order of numbers.
    mutating func add(_ other: [ScoredPassage]) {
        if isEmpty {
            self = other
            return
        }
        var merged: [ScoredPassage] = []
        merged.reserveCapacity(count + other.count)
        var (left, right) = (0, 0)
        while left < count, right < other.count {
            if self[left].number == other[right].number {
                merged.append(ScoredPassage(number: self[left].number, score: self[left].score + other[right].score))
                left += 1
                right += 1
            } else if self[left].number > other[right].number {
                merged.append(self[left])
                left += 1
            } else {
                merged.append(other[right])
                right += 1
            }
        }
        merged += self[left...]
        merged += other[right...]
        self = merged
    }
}
