import GRDB
import GRDBSQLite
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

extension SQLiteFile {
    /// When to come back after the disk was full.
    static let fullDiskRetry = Duration.seconds(5)

    /// The operating system's word on the last failure of a connection.
    static func systemError(of db: Database) -> Int32 {
        guard let connection = db.sqliteConnection else { return 0 }
        return sqlite3_system_errno(connection)
    }

    /// The error to throw at the border for what SQLite, GRDB or this module threw.
    static func failure(_ error: any Error, systemError: Int32) -> HearthError {
        if let error = error as? HearthError { return error }
        guard let error = error as? DatabaseError else {
            return HearthError(.storageFailed, "The database could not be used.", disposition: .defect, cause: error)
        }
        switch error.resultCode {
        case .SQLITE_FULL: return fullDisk(error)
        case .SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT: return fullDisk(error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return HearthError(
                .storageFailed, "Another program holds the database.",
                hint: "Is a second Hearth, or a tool such as sqlite3, using the same folder?", disposition: .retry,
                retryAfter: .seconds(1), cause: error)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return HearthError(
                .storageFailed, "The database file is damaged.",
                hint: "Stop Hearth, keep a copy of the file, and restore the last backup.", disposition: .defect,
                cause: error)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            return HearthError(
                .storageFailed, "The database file cannot be opened for writing.",
                hint: "Check that the folder exists and that this user may write to it.", disposition: .caller,
                cause: error)
        case .SQLITE_MISUSE where error.message == "Connection is closed": return closedError()
        case .SQLITE_IOERR:
            return HearthError(
                .storageFailed, "The disk did not read or write the database (errno \(systemError)).",
                hint: "Look at the system's log for disk errors.", disposition: .retry, retryAfter: fullDiskRetry,
                cause: error)
        default:
            return HearthError(.storageFailed, "The database refused a statement.", disposition: .defect, cause: error)
        }
    }

    private static func fullDisk(_ error: DatabaseError) -> HearthError {
        HearthError(
            .storageFull, "The disk is full; nothing of the request was stored.",
            hint: "Make room on the disk; Hearth goes on by itself.", disposition: .retry, retryAfter: fullDiskRetry,
            cause: error)
    }
}
