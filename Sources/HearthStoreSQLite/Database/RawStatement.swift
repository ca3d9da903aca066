import GRDB
import GRDBSQLite
import HearthCore

/// A cached statement used through SQLite's own interface, where a row must cost well under a microsecond.
///
/// Parameters are numbered from 1, columns from 0, as in SQLite. A statement must be reset before its connection is
/// given back; `defer { statement.reset() }` right after its creation does that.
struct RawStatement {
    // Keeps the handle alive while the connection's cache is cleared.
    private let statement: Statement
    let handle: SQLiteStatement
    private let connection: OpaquePointer

    init(_ db: Database, _ sql: String) throws { try self.init(db.cachedStatement(sql: sql), in: db) }

    /// A statement that may have arguments already.
    init(_ statement: Statement, in db: Database) throws {
        self.statement = statement
        handle = statement.sqliteStatement
        guard let connection = db.sqliteConnection else { throw SQLiteFile.closedError() }
        self.connection = connection
    }

    @inline(__always)
    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    @inline(__always)
    func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }

    @inline(__always)
    func bind(_ index: Int32, _ value: Double) { sqlite3_bind_double(handle, index, value) }

    @inline(__always)
    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// Binds bytes that stay where they are until the statement is reset or bound again.
    @inline(__always)
    func bindText(_ index: Int32, _ bytes: UnsafeRawPointer, count: Int) {
        sqlite3_bind_text64(
            handle, index, bytes.assumingMemoryBound(to: CChar.self), UInt64(count), nil, UInt8(SQLITE_UTF8))
    }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { empty in
                // A null pointer would bind NULL instead of the empty text.
                let start = bytes.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
                sqlite3_bind_text64(
                    handle, index, start ?? UnsafePointer(empty.baseAddress), UInt64(bytes.count), Self.copied,
                    UInt8(SQLITE_UTF8))
            }
        }
    }

    func bind(_ index: Int32, blob bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copied)
        }
    }

    /// Binds the 16 bytes of an id.
    func bind(_ index: Int32, _ id: UniqueID) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2) { words in
            words[0] = id.high.bigEndian
            words[1] = id.low.bigEndian
            sqlite3_bind_blob64(handle, index, words.baseAddress, 16, Self.copied)
        }
    }

    /// Tells SQLite to copy what is bound.
    // SQLITE_TRANSIENT is this number in C, behind a cast that Swift does not import.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Runs to the next row.
    /// - Returns: false at the end.
    @inline(__always)
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Every row, from the arguments that the statement has. Forgets these.
    func rows<Value>(_ value: (RawStatement) throws -> Value) throws -> [Value] {
        defer { clear() }
        var values: [Value] = []
        while try step() { values.append(try value(self)) }
        return values
    }

    /// Runs a statement without rows and makes it ready for the next time.
    /// - Returns: rows it changed.
    @inline(__always) @discardableResult
    func run() throws -> Int {
        let result = sqlite3_step(handle)
        guard result == SQLITE_DONE || result == SQLITE_ROW else {
            let error = failure()
            sqlite3_reset(handle)
            throw error
        }
        let changes = sqlite3_changes(connection)
        sqlite3_reset(handle)
        return Int(changes)
    }

    @inline(__always)
    func reset() { sqlite3_reset(handle) }

    /// Resets and forgets what was bound, so that no pointer outlives its bytes.
    func clear() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    @inline(__always)
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    @inline(__always)
    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    @inline(__always)
    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    @inline(__always)
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The bytes of a text or blob column, valid until the next step.
    @inline(__always)
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func string(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func optionalString(_ column: Int32) -> String? { isNull(column) ? nil : string(column) }

    /// The id in a column of 16 bytes.
    func id(_ column: Int32) throws -> UniqueID {
        let bytes = bytes(column)
        guard bytes.count == 16 else {
            throw HearthError(.storageFailed, "An id in the database is not 16 bytes long.", disposition: .defect)
        }
        return UniqueID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    private func failure() -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }
}
