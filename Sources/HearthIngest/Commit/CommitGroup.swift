import HearthSchema
import HearthStore

/// The batches of the callers that share a transaction. Small ones of one stream are joined, because a storage driver
/// prepares once per batch; outcomes find their way back.
struct CommitGroup {
    /// Joining copies rows; from this size on a batch is worth its own preparation.
    private static let joinedRows = 32

    private struct Part {
        var batch: Int
        var rows: Range<Int>
    }

    private(set) var batches: [ReadingBatch] = []
    /// In the order in which batches were added.
    private var parts: [Part] = []
    /// Number of the batch that gathers small ones, by stream.
    private var gathering: [ObjectIdentifier: Int] = [:]

    mutating func add(_ batch: ReadingBatch) {
        let key = ObjectIdentifier(batch.stream)
        guard batch.count <= Self.joinedRows else {
            parts.append(Part(batch: batches.count, rows: 0..<batch.count))
            batches.append(batch)
            return
        }
        guard let index = gathering[key] else {
            gathering[key] = batches.count
            parts.append(Part(batch: batches.count, rows: 0..<batch.count))
            batches.append(batch)
            return
        }
        let start = batches[index].count
        for row in 0..<batch.count { batches[index].append(row: row, of: batch) }
        parts.append(Part(batch: index, rows: start..<start + batch.count))
    }

    /// The outcome of each added batch from those of `batches`.
    func outcomes(from outcomes: [AppendOutcome]) -> [AppendOutcome] {
        var next = [Int](repeating: 0, count: outcomes.count)
        return parts.map { part in
            // Parts of one batch come in the order of their rows, and so do duplicates.
            let duplicates = outcomes[part.batch].duplicates
            var own: [AppendOutcome.Duplicate] = []
            while next[part.batch] < duplicates.count, duplicates[next[part.batch]].row < part.rows.upperBound {
                let duplicate = duplicates[next[part.batch]]
                own.append(.init(row: duplicate.row - part.rows.lowerBound, original: duplicate.original))
                next[part.batch] += 1
            }
            return AppendOutcome(stored: part.rows.count - own.count, duplicates: own)
        }
    }
}
