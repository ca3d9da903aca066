import CLibPQ
import HearthCore

/// Rows on their way into a table in the binary form of COPY. Each row is `beginRow` with the number of its columns, then
/// each column in order.
struct PostgresCopyWriter: ~Copyable {
    /// Bytes gathered before libpq gets them.
    private static let portion = 128 << 10

    private let handle: OpaquePointer
    private var bytes: [UInt8] = []

    fileprivate init(_ handle: OpaquePointer) {
        self.handle = handle
        bytes.reserveCapacity(Self.portion + 4096)
        bytes.append(contentsOf: Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0])
        // No flags, no extension of the header.
        bytes.append(bigEndian: Int64(0))
    }

    @inline(__always)
    mutating func beginRow(columns: Int) throws {
        if bytes.count >= Self.portion { try flush() }
        bytes.append(bigEndian: Int16(columns))
    }

    @inline(__always)
    mutating func append(_ value: Int64) {
        bytes.append(bigEndian: Int32(8))
        bytes.append(bigEndian: value)
    }

    @inline(__always)
    mutating func append(_ value: Int32) {
        bytes.append(bigEndian: Int32(4))
        bytes.append(bigEndian: value)
    }

    @inline(__always)
    mutating func append(_ value: Int16) {
        bytes.append(bigEndian: Int32(2))
        bytes.append(bigEndian: value)
    }

    @inline(__always)
    mutating func append(_ value: Double) {
        bytes.append(bigEndian: Int32(8))
        bytes.append(bigEndian: value.bitPattern)
    }

    mutating func append(_ id: UniqueID) {
        bytes.append(bigEndian: Int32(16))
        bytes.append(id)
    }

    mutating func appendNull() { bytes.append(bigEndian: Int32(-1)) }

    @inline(__always)
    mutating func append(_ value: Bool) {
        bytes.append(bigEndian: Int32(1))
        bytes.append(value ? 1 : 0)
    }

    mutating func append(utf8 text: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(bigEndian: Int32(0))
        PostgresText.append(text, to: &bytes)
        withUnsafeBytes(of: Int32(bytes.count - start - 4).bigEndian) { length in
            for offset in 0..<4 { bytes[start + offset] = length[offset] }
        }
    }

    fileprivate mutating func flush() throws {
        let isTaken = bytes.withUnsafeBytes {
            PQputCopyData(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
        }
        guard isTaken == 1 else { throw PostgresConnection.connectionError(handle) }
        bytes.removeAll(keepingCapacity: true)
    }

    fileprivate mutating func finish() throws {
        bytes.append(bigEndian: Int16(-1))
        try flush()
    }
}

extension PostgresConnection {
    /// Sends rows to a table.
    /// - Parameter sql: `COPY table (columns) FROM STDIN (FORMAT binary)`.
    /// - Returns: rows stored.
    @discardableResult
    func copyIn(_ sql: String, _ body: (inout PostgresCopyWriter) throws -> Void) throws -> Int {
        _ = try result(PQexec(handle, sql))
        var writer = PostgresCopyWriter(handle)
        do {
            try body(&writer)
            try writer.finish()
        } catch {
            // The server must hear of it before it takes anything else; its own answer says no more than we know.
            if PQputCopyEnd(handle, "given up") == 1 {
                while let answer = PQgetResult(handle) { PQclear(answer) }
            }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw Self.connectionError(handle) }
        var stored = 0
        var failure: PostgresError?
        while let answer = PQgetResult(handle) {
            defer { PQclear(answer) }
            if PQresultStatus(answer) == PGRES_COMMAND_OK {
                stored = Int(String(cString: PQcmdTuples(answer))) ?? 0
            } else {
                failure = failure ?? error(answer)
            }
        }
        if let failure { throw failure }
        return stored
    }

    /// Runs a statement and hands over its rows one by one as they come, so that memory does not grow with them. `body`
    /// sees one result of one row at a time.
    func forEachRow(_ sql: String, _ values: [PostgresValue], _ body: (PostgresRow) throws -> Void) throws {
        let parameters = PostgresParameters(values)
        let name = try prepare(sql, parameters.types)
        let isSent = parameters.withPointers { pointers, lengths, formats in
            PQsendQueryPrepared(handle, name, parameters.count, pointers, lengths, formats, 1)
        }
        guard isSent == 1, PQsetSingleRowMode(handle) == 1 else { throw Self.connectionError(handle) }
        var failure: (any Error)?
        while let pointer = PQgetResult(handle) {
            do {
                let rows = try result(pointer)
                if failure == nil {
                    for row in 0..<rows.count { try body(rows[row]) }
                }
            } catch {
                // The rest must be read before the session can be used again.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        if isBroken { throw Self.connectionError(handle) }
    }
}

/// One row of a COPY out of the server in binary, read column by column.
struct PostgresCopyRow: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    fileprivate init(_ bytes: UnsafeRawBufferPointer, from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    @inline(__always)
    private mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) throws -> Word {
        guard position + MemoryLayout<Word>.size <= bytes.count else { throw PostgresError.mismatch(0) }
        defer { position += MemoryLayout<Word>.size }
        return Word(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Word.self))
    }

    @inline(__always)
    mutating func int64() throws -> Int64 {
        guard try word(Int32.self) == 8 else { throw PostgresError.mismatch(0) }
        return try word(Int64.self)
    }

    /// NaN for null.
    @inline(__always)
    mutating func double() throws -> Double {
        switch try word(Int32.self) {
        case 8: return Double(bitPattern: try word(UInt64.self))
        case -1: return .nan
        default: throw PostgresError.mismatch(0)
        }
    }

    /// How many columns it has; -1 at the end of the rows.
    fileprivate mutating func columns() throws -> Int16 { try word(Int16.self) }
}

extension PostgresConnection {
    /// The signature, the flags and the length of the extension, which come before the first row.
    private static let copyHeader = 19

    /// Hands over the rows of `COPY (query) TO STDOUT (FORMAT binary)` one by one as they come: the fastest way to many
    /// rows, for queries without arguments.
    func copyOut(_ sql: String, _ body: (inout PostgresCopyRow) throws -> Void) throws {
        _ = try result(PQexec(handle, sql))
        var failure: (any Error)?
        var isFirst = true
        while true {
            var buffer: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(handle, &buffer, 0)
            guard length > 0, let buffer else { break }
            defer { PQfreemem(buffer) }
            // The rest must be read before the session can be used again.
            if failure != nil { continue }
            do {
                let bytes = UnsafeRawBufferPointer(start: buffer, count: Int(length))
                let start = isFirst ? Self.copyHeader : 0
                isFirst = false
                // The header may come alone.
                if bytes.count == start { continue }
                var row = PostgresCopyRow(bytes, from: start)
                if try row.columns() >= 0 { try body(&row) }
            } catch {
                failure = error
            }
        }
        while let answer = PQgetResult(handle) {
            defer { PQclear(answer) }
            if PQresultStatus(answer) != PGRES_COMMAND_OK { failure = failure ?? error(answer) }
        }
        if let failure { throw failure }
        if isBroken { throw Self.connectionError(handle) }
    }
}
