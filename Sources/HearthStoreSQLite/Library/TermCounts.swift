import GRDB
import HearthCore
import Synchronization

/// In how many passages terms are, remembered: counting a frequent term walks all of its passages.
final class TermCounts: Sendable {
    private struct Count {
        var count: Int
        /// The latest change of passages when it was counted.
        var sequence: Int64
    }

    private static let capacity = 20_000
    /// A count is good for so many changes, or for an eighth of itself.
    private static let slack: Int64 = 200

    private let known = Mutex<[String: Count]>([:])

    func counts(of terms: [String], in db: Database) throws -> [(term: String, count: Int)] {
        let sequence = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM changes") ?? 0
        let statement = try RawStatement(db, "SELECT doc FROM term_counts WHERE term = ?")
        return try terms.map { term in
            let kept = known.withLock { $0[term] }
            if let kept, abs(sequence - kept.sequence) <= max(Self.slack, Int64(kept.count / 8)), kept.count > 0 {
                return (term, kept.count)
            }
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
}
