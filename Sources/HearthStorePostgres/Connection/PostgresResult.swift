import CLibPQ
package import HearthCore

/// What a statement answered: rows in binary, whole in memory. Rows and columns are numbered from 0.
///
/// A column must be read as the type it has: an `int4` as `int32`, a `bigint` or `count(*)` as `int64`. Another length throws.
package final class PostgresResult {
    private let handle: OpaquePointer
    /// Rows.
    package let count: Int

    init(_ handle: OpaquePointer) {
        self.handle = handle
        count = Int(PQntuples(handle))
    }

    deinit { PQclear(handle) }

    package var isEmpty: Bool { count == 0 }

    /// Rows that the statement inserted, updated or deleted.
    package var changes: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    package subscript(row: Int) -> PostgresRow { PostgresRow(result: self, row: Int32(row)) }

    package var first: PostgresRow? { count > 0 ? self[0] : nil }

    package func map<Value>(_ transform: (PostgresRow) throws -> Value) rethrows -> [Value] {
        try (0..<count).map { try transform(self[$0]) }
    }

    @inline(__always)
    func isNull(_ row: Int32, _ column: Int32) -> Bool { PQgetisnull(handle, row, column) != 0 }

    @inline(__always)
    func bytes(_ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
    }
}

/// One row of a result, valid as long as that.
package struct PostgresRow {
    private let result: PostgresResult
    private let row: Int32

    init(result: PostgresResult, row: Int32) {
        self.result = result
        self.row = row
    }

    @inline(__always)
    package func isNull(_ column: Int) -> Bool { result.isNull(row, Int32(column)) }

    /// The bytes of any column as they came.
    @inline(__always)
    package func bytes(_ column: Int) -> UnsafeRawBufferPointer { result.bytes(row, Int32(column)) }

    @inline(__always)
    private func word<Word: FixedWidthInteger>(_ column: Int, _ type: Word.Type) throws -> Word {
        let bytes = bytes(column)
        guard bytes.count == MemoryLayout<Word>.size else { throw PostgresError.mismatch(column) }
        return Word(bigEndian: bytes.loadUnaligned(as: Word.self))
    }

    package func bool(_ column: Int) throws -> Bool { try word(column, UInt8.self) != 0 }
    package func int16(_ column: Int) throws -> Int16 { try word(column, Int16.self) }
    package func int32(_ column: Int) throws -> Int32 { try word(column, Int32.self) }
    package func int64(_ column: Int) throws -> Int64 { try word(column, Int64.self) }
    /// A `bigint`, which `count(*)` is too.
    package func int(_ column: Int) throws -> Int { Int(try word(column, Int64.self)) }
    package func double(_ column: Int) throws -> Double { Double(bitPattern: try word(column, UInt64.self)) }

    /// A `bigint` of microseconds since 1970.
    package func time(_ column: Int) throws -> Timestamp { Timestamp(microseconds: try int64(column)) }

    package func string(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }

    package func data(_ column: Int) -> [UInt8] { [UInt8](bytes(column)) }

    package func id(_ column: Int) throws -> UniqueID {
        let bytes = bytes(column)
        guard bytes.count == 16 else { throw PostgresError.mismatch(column) }
        return UniqueID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// nil for null, otherwise what `read` gives: `try row.optional(3) { try row.time(3) }`.
    package func optional<Value>(_ column: Int, _ read: () throws -> Value) rethrows -> Value? {
        isNull(column) ? nil : try read()
    }
}
