import HearthCore
import HearthSchema
package import HearthStore

extension PostgresReadingStore {
    package func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome] {
        let work = try batches.map { (batch: $0, table: try table(of: $0.stream)) }
        let (outcomes, lanes) = try await storing(work) { [memory] connection in
            try Self.append(work, connection, memory)
        }
        settle(lanes)
        notices.add(zip(work, outcomes).lazy.filter { $1.stored > 0 }.map { $0.0.table.name })
        return outcomes
    }

    /// Stores batches within a transaction: streams in the order of their numbers, so that no two transactions wait for
    /// each other.
    /// - Returns: one outcome per batch, and what to remember after the commit.
    static func append(
        _ work: [(batch: ReadingBatch, table: StreamTable)], _ connection: PostgresConnection, _ memory: WriterMemory
    ) throws -> ([AppendOutcome], [Int32: WriterMemory.Lanes]) {
        var outcomes = [AppendOutcome](repeating: AppendOutcome(stored: 0), count: work.count)
        var lanes: [Int32: WriterMemory.Lanes] = [:]
        let filled = work.indices.filter { !work[$0].batch.isEmpty }
        let streams = Dictionary(grouping: filled) { work[$0].table.stream }
        for (stream, indexes) in streams.sorted(by: { $0.key < $1.key }) {
            let rows = indexes.reduce(0) { $0 + work[$1].batch.count }
            var appender = try Appender(connection, table: work[indexes[0]].table, memory: memory, rows: rows)
            for index in indexes { outcomes[index] = try appender.append(work[index].batch) }
            try appender.finish()
            lanes[stream] = appender.lanes
        }
        return (outcomes, lanes)
    }

    /// After the commit.
    func settle(_ lanes: [Int32: WriterMemory.Lanes]) {
        for (stream, lanes) in lanes { memory.remember(lanes, of: stream) }
    }
}
