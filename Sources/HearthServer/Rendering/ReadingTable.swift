import HearthCore
import HearthSchema
import HearthStore
import NIOCore

/// Writes readings of one stream as CSV (RFC 4180): a header, then a line per reading. Objects, lists and the members
/// that the stream does not name (column `extra`) are JSON text.
struct ReadingTable {
    private let stream: StreamDefinition
    private var timestamps = TimestampText()
    private var receivedTimes = TimestampText()
    private let fixedLength: Int

    init(_ stream: StreamDefinition) {
        self.stream = stream
        fixedLength = 160 + 2 * 36 + 2 * TimestampText.length + stream.columnCount * (TextCursor.numberLength + 1)
    }

    func appendHeader(to buffer: inout ByteBuffer) {
        var names = ["id", "device_id", "timestamp", "received_at", "flags"]
        names += stream.fields.map { EnvelopeMember.isTaken($0.name) ? "_" + $0.name : $0.name }
        if stream.allowsExtra { names.append("extra") }
        for (index, name) in names.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 2 * name.utf8.count + 2) { bytes in
                guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                var cursor = TextCursor(at: start)
                var name = name
                name.withUTF8 { Self.write($0, &cursor) }
                return cursor.position - start
            }
        }
        buffer.writeString("\r\n")
    }

    mutating func append(_ batch: ReadingBatch, row index: Int, to buffer: inout ByteBuffer) {
        var room = fixedLength
        for cell in batch.row(index) {
            if case .text(_, let length) = cell { room += 2 * Int(length) + 2 }
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
            var cursor = TextCursor(at: start)
            write(batch, index, &cursor)
            return cursor.position - start
        }
    }

    private mutating func write(_ batch: ReadingBatch, _ index: Int, _ cursor: inout TextCursor) {
        let head = batch.heads[index]
        cursor.id(head.recordID.id)
        cursor.text(",")
        cursor.id(head.device)
        cursor.text(",")
        timestamps.write(head.timestamp, to: &cursor)
        cursor.text(",")
        receivedTimes.write(head.received, to: &cursor)
        cursor.text(",")
        switch (head.flags.contains(.clockSkew), head.flags.contains(.late)) {
        case (true, true): cursor.text("clock_skew late")
        case (true, false): cursor.text("clock_skew")
        case (false, true): cursor.text("late")
        case (false, false): break
        }
        for (column, cell) in batch.row(index).enumerated() {
            cursor.text(",")
            let isBoolean = column < stream.fields.count && stream.fields[column].type == .boolean
            switch cell {
            case .null: break
            case .integer(let value) where isBoolean: cursor.text(value != 0 ? "true" : "false")
            case .integer(let value): cursor.integer(value)
            case .real(let value): cursor.real(value)
            case .text(let offset, let length):
                batch.text.withUnsafeBufferPointer { text in
                    Self.write(UnsafeBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)]), &cursor)
                }
            }
        }
        cursor.text("\r\n")
    }

    /// In quotes where the text could be taken for more than one value, or for none: at most two bytes for each and two.
    private static func write(_ text: UnsafeBufferPointer<UInt8>, _ cursor: inout TextCursor) {
        let needsQuotes =
            text.isEmpty || text.first == UInt8(ascii: " ") || text.last == UInt8(ascii: " ")
            || text.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }
        guard needsQuotes else { return cursor.bytes(text) }
        cursor.byte(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { cursor.byte(byte) }
            cursor.byte(byte)
        }
        cursor.byte(UInt8(ascii: "\""))
    }
}
