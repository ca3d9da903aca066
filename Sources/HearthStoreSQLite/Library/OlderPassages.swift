import GRDB
import HearthCore
import HearthStore

/// Passages behind the newest of frequent terms. The newest are those of everybody and of every filter, so that what one person
/// brought in yesterday may stand before all that another has.
struct OlderPassages {
    /// A term that is in `count` passages, of which those with numbers below `end` were not looked at.
    struct Term {
        var term: String
        var count: Int
        var end: Int64
    }

    private var found: [Int64: RankedPassage]
    /// Of the person's first passage and of the last.
    private let numbers: ClosedRange<Int64>?

    /// - Parameter ranked: Those of the newest passages that passed.
    init(_ ranked: [RankedPassage], owner: Int64, in db: Database) throws {
        found = Dictionary(uniqueKeysWithValues: ranked.map { ($0.number, $0) })
        let statement = try RawStatement(
            db,
            """
            SELECT (SELECT min(number) FROM findable WHERE owner = ?1), (SELECT max(number) FROM findable WHERE owner = ?1)
            """)
        defer { statement.clear() }
        statement.bind(1, owner)
        numbers = try statement.step() && !statement.isNull(0) ? statement.int64(0)...statement.int64(1) : nil
    }

    /// Reads page by page, of each term as many, until enough passages pass.
    mutating func read(
        _ terms: [Term], _ postings: TermPostings, where passages: FilteredPassages, limit: Int
    ) throws {
        guard let numbers else { return }
        var terms = terms.map { Term(term: $0.term, count: $0.count, end: min($0.end, numbers.upperBound + 1)) }
        for _ in 0..<TextRanking.olderPages where found.count < limit {
            terms.removeAll { $0.end <= numbers.lowerBound }
            for index in terms.indices {
                terms[index].end = try readPage(of: terms[index], postings, where: passages) ?? .min
            }
        }
    }

    /// - Returns: below which number the next page begins.
    private mutating func readPage(
        of term: Term, _ postings: TermPostings, where passages: FilteredPassages
    ) throws -> Int64? {
        var documents: [Int64: UniqueID] = [:]
        let page = try postings.olderScores(of: term.term, count: term.count, below: term.end) { number in
            documents[number] = try passages.document(of: number)
            return documents[number] != nil
        }
        for passage in page.scores {
            guard let document = documents[passage.number] else { continue }
            let passed = RankedPassage(number: passage.number, document: document, score: 0)
            found[passage.number, default: passed].score += passage.score
        }
        return page.end
    }

    /// The best of what was found, in their order.
    func ranked(limit: Int) -> [RankedPassage] {
        let ranked = found.values.sorted {
            $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number
        }
        return Array(ranked.prefix(limit))
    }
}
