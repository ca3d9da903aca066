import OrderedCollections

/// Appends MessagePack (the 2013 specification), each value in its smallest form. The caller keeps the grammar: as many
/// values follow `array(count:)` as it says, and twice as many `map(count:)`.
public struct MessagePackWriter {
    public var bytes: [UInt8]

    public init(capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func writeNull() { bytes.append(0xc0) }

    public mutating func write(_ value: Bool) { bytes.append(value ? 0xc3 : 0xc2) }

    public mutating func write(_ value: Int) { write(Int64(value)) }

    public mutating func write(_ value: Int64) {
        switch value {
        case -32...127:
            append(Int8(value))
        case 128...0xff:
            bytes.append(0xcc)
            append(UInt8(value))
        case 0x100...0xffff:
            bytes.append(0xcd)
            append(UInt16(value))
        case 0x1_0000...0xffff_ffff:
            bytes.append(0xce)
            append(UInt32(value))
        case 0x1_0000_0000...:
            bytes.append(0xcf)
            append(value)
        case -0x80 ..< -32:
            bytes.append(0xd0)
            append(Int8(value))
        case -0x8000 ..< -0x80:
            bytes.append(0xd1)
            append(Int16(value))
        case -0x8000_0000 ..< -0x8000:
            bytes.append(0xd2)
            append(Int32(value))
        default:
            bytes.append(0xd3)
            append(value)
        }
    }

    /// As `JSONWriter` does: whole numbers that fit 64 bits as integers, except negative zero; not finite: nil. The rest
    /// as a float of 32 bits where that loses nothing, else of 64.
    public mutating func write(_ value: Double) {
        guard value.isFinite else { return writeNull() }
        if let whole = Int64(exactly: value), whole != 0 || value.sign == .plus { return write(whole) }
        let narrow = Float(value)
        if Double(narrow) == value {
            bytes.append(0xca)
            append(narrow.bitPattern)
        } else {
            bytes.append(0xcb)
            append(value.bitPattern)
        }
    }

    public mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { write(utf8: $0) }
    }

    /// A string from bytes that are valid UTF-8; fewer than 4 GiB, as the format has no more.
    public mutating func write(utf8: UnsafeBufferPointer<UInt8>) {
        switch utf8.count {
        case 0...31: bytes.append(0xa0 | UInt8(utf8.count))
        case 32...0xff:
            bytes.append(0xd9)
            append(UInt8(utf8.count))
        default: count(utf8.count, narrow: 0xda, wide: 0xdb)
        }
        bytes.append(contentsOf: utf8)
    }

    /// Fewer than 4 GiB.
    public mutating func write(binary: UnsafeBufferPointer<UInt8>) {
        if binary.count <= 0xff {
            bytes.append(0xc4)
            append(UInt8(binary.count))
        } else {
            count(binary.count, narrow: 0xc5, wide: 0xc6)
        }
        bytes.append(contentsOf: binary)
    }

    /// The timestamp extension (type -1).
    public mutating func write(_ time: Timestamp) {
        let seconds = time.microseconds.floorDivided(by: 1_000_000)
        write(seconds: seconds, nanoseconds: UInt32(time.microseconds - seconds * 1_000_000) * 1000)
    }

    /// Seconds since 1970 and the nanoseconds behind them, fewer than a thousand million.
    mutating func write(seconds: Int64, nanoseconds: UInt32) {
        if nanoseconds == 0, let narrow = UInt32(exactly: seconds) {
            bytes.append(contentsOf: [0xd6, 0xff])
            append(narrow)
        } else if seconds >= 0, seconds < 1 << 34 {
            bytes.append(contentsOf: [0xd7, 0xff])
            append(UInt64(nanoseconds) << 34 | UInt64(seconds))
        } else {
            bytes.append(contentsOf: [0xc7, 12, 0xff])
            append(nanoseconds)
            append(seconds)
        }
    }

    /// An extension; types below 0 are the specification's. Fewer than 4 GiB.
    public mutating func write(extension type: Int8, _ data: UnsafeBufferPointer<UInt8>) {
        switch data.count {
        case 1, 2, 4, 8, 16: bytes.append(0xd4 + UInt8(data.count.trailingZeroBitCount))
        case ...0xff:
            bytes.append(0xc7)
            append(UInt8(data.count))
        default: count(data.count, narrow: 0xc8, wide: 0xc9)
        }
        append(type)
        bytes.append(contentsOf: data)
    }

    /// The head of an array; its elements follow. Fewer than 2^32.
    public mutating func array(count elements: Int) {
        if elements <= 15 { bytes.append(0x90 | UInt8(elements)) } else { count(elements, narrow: 0xdc, wide: 0xdd) }
    }

    /// The head of a map; its keys and values follow in turn. Fewer than 2^32.
    public mutating func map(count members: Int) {
        if members <= 15 { bytes.append(0x80 | UInt8(members)) } else { count(members, narrow: 0xde, wide: 0xdf) }
    }

    private mutating func count(_ count: Int, narrow: UInt8, wide: UInt8) {
        if count <= 0xffff {
            bytes.append(narrow)
            append(UInt16(count))
        } else {
            bytes.append(wide)
            append(UInt32(count))
        }
    }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(value)
        case .real(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            array(count: elements.count)
            for element in elements { write(element) }
        case .object(let members):
            map(count: members.count)
            for (key, member) in members {
                write(key)
                write(member)
            }
        }
    }

    /// A parsed value, members in document order. What came as an extension or a timestamp goes as one.
    public mutating func write(_ value: JSONReference) {
        switch value.kind {
        case .null: writeNull()
        case .true: write(true)
        case .false: write(false)
        case .integer: write(value.int64 ?? 0)
        case .real:
            if let whole = value.largeUnsigned {
                bytes.append(0xcf)
                append(whole)
            } else {
                write(value.double ?? 0)
            }
        case .string:
            if let time = value.messagePackTime {
                write(seconds: time.seconds, nanoseconds: time.nanoseconds)
            } else {
                write(utf8: value.utf8)
            }
        case .binary:
            if let type = value.extensionType {
                write(extension: type, value.utf8)
            } else {
                write(binary: value.utf8)
            }
        case .array:
            array(count: value.count)
            for element in value.elements { write(element) }
        case .object:
            map(count: value.count)
            for (key, member) in value.members {
                write(utf8: key.utf8)
                write(member)
            }
        }
    }
}
