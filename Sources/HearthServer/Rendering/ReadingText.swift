import HearthCore
import HearthSchema
import HearthStore
import NIOCore

/// Writes readings of one stream as JSON objects, straight from their cells: `{"id","device_id","timestamp",
/// "received_at","flags"?, fields…, members the stream does not name…}`. A field without a value is left out.
///
/// Names are prepared once per stream and times and device ids remember what they wrote last, so that a row costs about
/// as much as copying it.
struct ReadingText {
    private enum Form {
        case number
        case boolean
        case string
        /// Canonical JSON text, as it is.
        case json
    }

    private let stream: StreamDefinition
    /// `,"name":` of each field.
    private let prefixes: [[UInt8]]
    private let forms: [Form]
    /// Bytes of a row without its texts, at most.
    private let fixedLength: Int
    private var timestamps = TimestampText()
    private var receivedTimes = TimestampText()

    init(_ stream: StreamDefinition) {
        self.stream = stream
        prefixes = stream.fields.map { field in
            var writer = JSONWriter()
            writer.raw(",")
            // The envelope's own members keep their names.
            writer.key(EnvelopeMember.isTaken(field.name) ? "_" + field.name : field.name)
            return writer.bytes
        }
        forms = stream.fields.map { field in
            switch field.type {
            case .integer, .real: .number
            case .boolean: .boolean
            case .text: .string
            case .json: .json
            }
        }
        let heads = 160 + 2 * 36 + 2 * TimestampText.length
        fixedLength = prefixes.reduce(heads) { $0 + $1.count + TextCursor.numberLength }
    }

    /// Appends row `index` and what `separator` says after it.
    mutating func append(
        _ batch: ReadingBatch, row index: Int, ending separator: StaticString, to buffer: inout ByteBuffer
    ) {
        let room = fixedLength + separator.utf8CodeUnitCount + textRoom(batch, index)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
            var cursor = TextCursor(at: start)
            write(batch, index, &cursor)
            cursor.text(separator)
            return cursor.position - start
        }
    }

    /// What the texts of a row may take: each byte at most six when it is escaped; `extra` may gain underscores.
    private func textRoom(_ batch: ReadingBatch, _ index: Int) -> Int {
        var room = 0
        let start = index * batch.width
        for column in 0..<batch.width {
            if case .text(_, let length) = batch.cells[start + column] { room += 6 * Int(length) + 2 }
        }
        return room
    }

    private mutating func write(_ batch: ReadingBatch, _ index: Int, _ cursor: inout TextCursor) {
        let head = batch.heads[index]
        cursor.text("{\"id\":\"")
        cursor.id(head.recordID.id)
        cursor.text("\",\"device_id\":\"")
        cursor.id(head.device)
        cursor.text("\",\"timestamp\":\"")
        timestamps.write(head.timestamp, to: &cursor)
        cursor.text("\",\"received_at\":\"")
        receivedTimes.write(head.received, to: &cursor)
        cursor.text("\"")
        if head.flags.contains(.clockSkew) || head.flags.contains(.late) { Self.write(head.flags, &cursor) }
        let start = index * batch.width
        batch.text.withUnsafeBufferPointer { text in
            for column in 0..<forms.count {
                let cell = batch.cells[start + column]
                if case .null = cell { continue }
                cursor.bytes(prefixes[column])
                Self.write(cell, forms[column], text, &cursor)
            }
            if stream.allowsExtra, case .text(let offset, let length) = batch.cells[start + forms.count] {
                let bytes = UnsafeBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)])
                EnvelopeMember.writeMembers(of: bytes, to: &cursor)
            }
        }
        cursor.byte(UInt8(ascii: "}"))
    }

    @inline(__always)
    private static func write(
        _ cell: Cell, _ form: Form, _ text: UnsafeBufferPointer<UInt8>, _ cursor: inout TextCursor
    ) {
        switch cell {
        case .null: cursor.text("null")
        case .integer(let value):
            if form == .boolean {
                if value != 0 { cursor.text("true") } else { cursor.text("false") }
            } else {
                cursor.integer(value)
            }
        case .real(let value): cursor.real(value)
        case .text(let offset, let length):
            let bytes = UnsafeBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)])
            if form == .json { cursor.bytes(bytes) } else { cursor.string(bytes) }
        }
    }

    private static func write(_ flags: ReadingFlags, _ cursor: inout TextCursor) {
        cursor.text(",\"flags\":[")
        if flags.contains(.clockSkew) { cursor.text("\"clock_skew\"") }
        if flags.contains(.late) {
            if flags.contains(.clockSkew) { cursor.text(",") }
            cursor.text("\"late\"")
        }
        cursor.text("]")
    }
}

/// The members that Hearth adds to a reading. A sender's member of the same name gets an underscore in front, so that
/// no object has one name twice.
enum EnvelopeMember {
    private static let names = ["received_at", "flags"]

    static func isTaken(_ name: String) -> Bool { names.contains(name) }

    /// Writes the members of a canonical JSON object, each with a comma before it. Takes at most one byte more for each
    /// member of such a name.
    static func writeMembers(of object: UnsafeBufferPointer<UInt8>, to cursor: inout TextCursor) {
        guard object.count > 2 else { return }
        var position = 1
        while position < object.count - 1 {
            cursor.byte(UInt8(ascii: ","))
            let keyEnd = endOfString(object, from: position)
            let name = UnsafeBufferPointer(rebasing: object[position + 1..<keyEnd - 1])
            if names.contains(where: { name.elementsEqual($0.utf8) }) {
                cursor.text("\"_")
                position += 1
            }
            let end = endOfValue(object, from: keyEnd + 1)
            cursor.bytes(UnsafeBufferPointer(rebasing: object[position..<end]))
            // The comma between members, or the end.
            position = end + 1
        }
    }

    /// Behind the closing quote of the string that begins at `start`.
    private static func endOfString(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start + 1
        while text[position] != UInt8(ascii: "\"") { position += text[position] == UInt8(ascii: "\\") ? 2 : 1 }
        return position + 1
    }

    private static func endOfValue(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        var depth = 0
        while true {
            switch text[position] {
            case UInt8(ascii: "\""):
                position = endOfString(text, from: position)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return position }
            default: break
            }
            position += 1
        }
    }
}
