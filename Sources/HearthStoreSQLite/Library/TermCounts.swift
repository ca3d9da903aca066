import GRDB
import HearthCore
import Synchronization

/// In how many passages terms are, remembered: counting a frequent term walks all of its passages.
final class TermCounts: Sendable {
    private struct Count {
        var count: Int
        /// The latest change of passages when it was counted.
        var sequence: Int64

        /// Only large counts are kept past a change: they cost time, and a few passages more or less do not matter.
        func isGood(at now: Int64) -> Bool {
            now == sequence || count >= TermCounts.large && abs(now - sequence) <= Int64(count / 8)
        }
    }

    private static let capacity = 20_000
    private static let large = 1000

    private let known = Mutex<[String: Count]>([:])
    private let total = Mutex<Count?>(nil)

    func counts(of terms: [String], in db: Database) throws -> [(term: String, count: Int)] {
        let sequence = try Self.latestChange(in: db)
        let statement = try RawStatement(db, "SELECT doc FROM term_counts WHERE term = ?")
        return try terms.map { term in
            let kept = known.withLock { $0[term] }
            if let kept, kept.isGood(at: sequence) { return (term, kept.count) }
            defer { statement.clear() }
            statement.bind(1, term)
            let count = try statement.step() ? statement.int(0) : 0
            known.withLock { known in
                if known.count >= Self.capacity { known.removeAll() }
                known[term] = Count(count: count, sequence: sequence)
            }
            return (term, count)
        }
    }

    /// Passages that can be found.
    func passages(in db: Database) throws -> Int {
        let sequence = try Self.latestChange(in: db)
        let kept = total.withLock { $0 }
        if let kept, kept.isGood(at: sequence) { return kept.count }
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM findable") ?? 0
        total.withLock { $0 = Count(count: count, sequence: sequence) }
        return count
    }

    /// The sequence of the latest change of passages; what compaction dropped counts, too.
    static func latestChange(in db: Database) throws -> Int64 {
        let statement = try RawStatement(db, "SELECT seq FROM sqlite_sequence WHERE name = 'changes'")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }
}
