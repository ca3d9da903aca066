import HearthCore
package import HearthStore

extension MemoryReadingStore: ReadingRewriteStore {
    package func rewrite(_ batch: ReadingBatch, columns: [Int]) throws -> Int {
        try checkOpen()
        try crashes?.pass()
        return try changeTable(batch.stream) { $0.rewrite(batch, columns: columns) }
    }

    /// Memory keeps no logs.
    package func scrub() throws { try checkOpen() }
}

extension MemoryTable {
    mutating func rewrite(_ batch: ReadingBatch, columns: [Int]) -> Int {
        let map = ColumnMap(of: batch.stream, in: definition)
        var count = 0
        for (row, head) in batch.heads.enumerated() {
            let index = rows.heads.firstIndex {
                $0.device == head.device && $0.timestamp == head.timestamp && $0.digest == head.digest
            }
            guard let index else { continue }
            count += 1
            for column in columns {
                guard let target = map.sources[column] else { continue }
                let cell = batch[row, column]
                replace(index, target, by: cell, text: batch.string(cell))
            }
        }
        return count
    }
}
