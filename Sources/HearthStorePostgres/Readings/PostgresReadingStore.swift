package import HearthCore
package import HearthSchema
package import HearthStore
import Synchronization

/// Readings in PostgreSQL, shared by any number of nodes: a typed table per stream in partitions by time.
///
/// Whoever stores readings of a stream first moves `hearth_streams.last_seq` on and so holds that row until its commit. The
/// order of the numbers (`seq`) is therefore the order of commits, on all nodes together, and a cursor over changes is
/// such a number: what commits later has a higher one.
package final class PostgresReadingStore: ReadingStore {
    let pool: PostgresPool
    let memory = WriterMemory()
    let notices: CommitNotices
    private let tables = Mutex<[String: StreamTable]>([:])

    private init(pool: PostgresPool) {
        self.pool = pool
        notices = CommitNotices(pool: pool)
    }

    /// Migrates the tables of the readings' part. The pool may be shared with other stores; `close` closes it.
    package static func open(_ pool: PostgresPool) async throws -> PostgresReadingStore {
        try await ReadingTables.migrator.migrate(pool)
        return PostgresReadingStore(pool: pool)
    }

    package func probe() async throws { try await pool.probe() }

    package func close() async throws { await pool.close() }

    /// Compression is the database's business: rows stay rows.
    package func compact(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> CompactionReport {
        _ = try table(of: stream)
        return CompactionReport()
    }

    // MARK: For the other parts of the store

    func table(of stream: StreamDefinition) throws -> StreamTable {
        guard let table = tables.withLock({ $0[stream.name] }) else {
            throw HearthError(.internalError, "Stream \(stream.name) is not installed.", disposition: .defect)
        }
        return table
    }

    /// By number of the stream.
    var installedTables: [Int32: StreamTable] {
        tables.withLock { tables in Dictionary(uniqueKeysWithValues: tables.values.map { ($0.stream, $0) }) }
    }

    func remember(_ installed: [StreamTable]) {
        tables.withLock { tables in
            for table in installed { tables[table.name] = table }
        }
    }
}
