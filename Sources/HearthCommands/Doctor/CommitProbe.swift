import GRDBSQLite
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Commits to a small database of its own, the way the server does, and takes it away again.
struct CommitProbe {
    /// Of the median commit.
    var milliseconds: Double

    private static let commits = 5

    /// - Throws: `storage-failed` when SQLite cannot be made to wait for the disk, or cannot write.
    static func measure(in folder: String) throws(HearthError) -> CommitProbe {
        let path = "\(folder)/.doctor-\(getpid()).db"
        defer { for suffix in ["", "-wal", "-shm"] { try? LocalFile.remove(path + suffix) } }
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let database = handle else {
            sqlite3_close_v2(handle)
            throw HearthError(
                .storageFailed, "SQLite cannot make a database in \(folder).", hint: "Check its permissions.")
        }
        defer { sqlite3_close_v2(database) }
        try run("PRAGMA journal_mode = WAL", database)
        try run("PRAGMA synchronous = FULL", database)
        try run("CREATE TABLE probe (value)", database)
        guard try integer("PRAGMA synchronous", database) == 2 else {
            throw HearthError(
                .storageFailed, "SQLite does not wait for the disk: it refuses synchronous=FULL.",
                hint: "Install a usual SQLite.")
        }
        var times: [Double] = []
        for number in 0..<commits {
            let start = ContinuousClock.now
            try run("INSERT INTO probe VALUES (\(number))", database)
            times.append(start.duration(to: .now).inSeconds * 1000)
        }
        return CommitProbe(milliseconds: times.sorted()[commits / 2])
    }

    private static func run(_ sql: String, _ database: OpaquePointer) throws(HearthError) {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure(database) }
    }

    private static func integer(_ sql: String, _ database: OpaquePointer) throws(HearthError) -> Int {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(database) }
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { throw failure(database) }
        return Int(sqlite3_column_int64(statement, 0))
    }

    private static func failure(_ database: OpaquePointer) -> HearthError {
        HearthError(
            .storageFailed, "SQLite says: \(String(cString: sqlite3_errmsg(database))).",
            hint: "Check the space and the permissions of the home folder.")
    }
}
