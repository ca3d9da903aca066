import Dispatch
import GRDB
import HearthCore
import Synchronization

/// One database file: a writer, some readers, and the settings that make a commit durable.
///
/// All work runs on GRDB's own dispatch queues, so that no thread of the cooperative pool ever waits for a disk.
/// A call that has begun is finished even when its task is cancelled: whoever waits for a commit must learn how it ended.
final class SQLiteFile: Sendable {
    /// How much memory and space a file may take.
    struct Limits: Sendable {
        /// Pages of the database that the writer keeps, in KiB. SQLite takes memory as it needs it.
        var writerCacheKiB = 8192
        var readerCacheKiB = 2048
        /// Reads at the same time; more wait.
        var readers = 4
        /// Pages in the write-ahead log before they move to the database file: 16 MiB of 4 KiB pages, so that the move,
        /// which stops the writer for some milliseconds, comes seldom under load.
        var checkpointPages = 4000
        /// A log that grew beyond this is cut back once it has been moved.
        var largestLogBytes = 64 << 20
        /// How long to wait for another process that holds the file.
        var busySeconds = 5.0
    }

    private let pool: DatabasePool
    private let closed = Mutex(false)

    /// Opens or creates the file, sets it up and migrates it. Blocks; throws `HearthError`.
    /// - Parameter prepare: Called with every connection before it is used.
    init(
        path: String, limits: Limits = Limits(), prepare: @escaping @Sendable (Database) throws -> Void = { _ in },
        migrator: DatabaseMigrator
    ) throws {
        var configuration = Configuration()
        configuration.label = "hearth.sqlite"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(limits.busySeconds)
        configuration.maximumReaderCount = limits.readers
        configuration.prepareDatabase { db in
            // No memory map: its pages would count as ours, and a failing disk would be a signal instead of an error.
            try db.execute(sql: "PRAGMA mmap_size = 0")
            try db.execute(sql: "PRAGMA cache_size = -\(limits.readerCacheKiB)")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try prepare(db)
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA cache_size = -\(limits.writerCacheKiB)")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(limits.checkpointPages)")
                try db.execute(sql: "PRAGMA journal_size_limit = \(limits.largestLogBytes)")
                // GRDB chooses NORMAL while it opens a pool, under which a power cut loses commits.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                    throw HearthError(
                        .storageFailed, "The database cannot be made to wait for the disk.", disposition: .defect)
                }
            }
            try migrator.migrate(pool)
        } catch {
            throw Self.failure(error, systemError: 0)
        }
    }

    /// Opens a file away from the cooperative pool.
    static func open(
        path: String, limits: Limits = Limits(), prepare: @escaping @Sendable (Database) throws -> Void = { _ in },
        migrator: @escaping @Sendable () -> DatabaseMigrator
    ) async throws -> SQLiteFile {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(
                    with: Result { try SQLiteFile(path: path, limits: limits, prepare: prepare, migrator: migrator()) })
            }
        }
    }

    /// Runs `body` on a snapshot of the file.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { result in
                continuation.resume(with: Self.run(result, body))
            }
        }
    }

    /// Runs `body` in a transaction that is on stable storage when the call returns, or left no trace when it throws.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await writeOutsideTransaction { db in
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
            guard let value else {
                throw HearthError(.internalError, "A transaction ended without a result.", disposition: .defect)
            }
            return value
        }
    }

    /// Runs `body` on the writer, for what cannot stand in a transaction.
    func writeOutsideTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(with: Self.run(.success(db), body))
            }
        }
    }

    /// Waits for work under way and closes. Closing twice is no error.
    func close() async throws {
        let wasClosed = closed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        if wasClosed { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .userInitiated).async { [pool] in
                continuation.resume(
                    with: Result {
                        Self.foldLog(pool)
                        try pool.close()
                    }.mapError { Self.failure($0, systemError: 0) })
            }
        }
    }

    /// Moves the log into the file, which is whole alone then. Closing would leave the log, because the last connections to
    /// go only read.
    private static func foldLog(_ pool: DatabasePool) {
        do {
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        } catch {
            // On a full disk the log stays, as after a kill, and the next start reads it: nothing is lost by that.
            return
        }
    }

    private static func run<Value>(
        _ database: Result<Database, any Error>, _ body: (Database) throws -> Value
    ) -> Result<Value, any Error> {
        switch database {
        case .failure(let error): .failure(failure(error, systemError: 0))
        case .success(let db):
            Result { try body(db) }.mapError { failure($0, systemError: systemError(of: db)) }
        }
    }

    private func checkOpen() throws {
        if closed.withLock({ $0 }) { throw Self.closedError() }
    }

    static func closedError() -> HearthError {
        HearthError(.shuttingDown, "The database is closed.", disposition: .retry)
    }
}
