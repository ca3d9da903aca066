import GRDB
import HearthCore
package import HearthStore

extension SQLiteReadingStore {
    package func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome] {
        let work = try batches.map { (batch: $0, layout: try layout(of: $0.stream)) }
        return try await write { [chunks] db, memory in
            try work.map { work in
                var appender = try Appender(db: db, layout: work.layout, batch: work.batch, chunks: chunks)
                return try appender.append(work.batch, &memory)
            }
        }
    }
}
