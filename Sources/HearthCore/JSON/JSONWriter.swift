import OrderedCollections

#if canImport(Glibc)
import Glibc
#endif

/// Appends JSON text to a byte array. The caller keeps the grammar; the writer keeps the escaping.
public struct JSONWriter {
    public var bytes: [UInt8]

    public init(capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    @inlinable public mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable public mutating func raw(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    @inlinable public mutating func comma() { bytes.append(UInt8(ascii: ",")) }

    /// `"key":`, with escaping.
    public mutating func key(_ key: String) {
        write(key)
        bytes.append(UInt8(ascii: ":"))
    }

    public mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { write(utf8: $0) }
    }

    /// A string from bytes that are valid UTF-8.
    public mutating func write(utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var runStart = 0
        for index in utf8.indices {
            let byte = utf8[index]
            if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { continue }
            bytes.append(contentsOf: utf8[runStart..<index])
            escape(byte)
            runStart = index + 1
        }
        bytes.append(contentsOf: utf8[runStart...])
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            raw("u00")
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 15)])
        }
    }

    public mutating func write(_ value: Int64) {
        if value >= 0 && value < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(value)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var magnitude = value.magnitude
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: digits[start...])
        }
    }

    public mutating func write(_ value: Int) { write(Int64(value)) }

    /// The shortest text that reads back as the same double; whole numbers that fit `Int64` without a fraction, but
    /// negative zero as `-0.0`, which keeps its sign. Not finite: `null`.
    public mutating func write(_ value: Double) {
        guard value.isFinite else { return raw("null") }
        if let whole = Int64(exactly: value), whole != 0 || value.sign == .plus { return write(whole) }
        bytes.append(contentsOf: value.description.utf8)
    }

    public mutating func write(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    public mutating func writeNull() { raw("null") }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(value)
        case .real(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { comma() }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { comma() }
                key(member.key)
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// A parsed value, members in document order. Bytes become base64 text.
    public mutating func write(_ value: JSONReference) {
        switch value.kind {
        case .null: writeNull()
        case .true: raw("true")
        case .false: raw("false")
        case .integer: write(value.int64 ?? 0)
        case .real:
            if let whole = value.largeUnsigned {
                bytes.append(contentsOf: whole.description.utf8)
            } else {
                write(value.double ?? 0)
            }
        case .string: write(utf8: value.utf8)
        case .binary: write(Base64.encode(value.utf8))
        case .array:
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in value.elements {
                if !isFirst { comma() }
                isFirst = false
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in value.members {
                if !isFirst { comma() }
                isFirst = false
                write(utf8: key.utf8)
                bytes.append(UInt8(ascii: ":"))
                write(member)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// A parsed value with members in the order of their keys' bytes: equal values give equal text.
    public mutating func writeCanonical(_ value: JSONReference) {
        switch value.kind {
        case .array:
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in value.elements {
                if !isFirst { comma() }
                isFirst = false
                writeCanonical(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            let members = value.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            var isFirst = true
            for (key, member) in members {
                if !isFirst { comma() }
                isFirst = false
                write(utf8: key.utf8)
                bytes.append(UInt8(ascii: ":"))
                writeCanonical(member)
            }
            bytes.append(UInt8(ascii: "}"))
        case .real where value.double == 0: write(0)
        // As the same number with an exponent.
        case .real: write(value.double ?? 0)
        default: write(value)
        }
    }

    mutating func write(_ value: JSONValue, indentation: Int) {
        func newline(_ depth: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
        }
        switch value {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { comma() }
                newline(indentation + 1)
                write(element, indentation: indentation + 1)
            }
            newline(indentation)
            bytes.append(UInt8(ascii: "]"))
        case .object(let members) where !members.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { comma() }
                newline(indentation + 1)
                key(member.key)
                bytes.append(UInt8(ascii: " "))
                write(member.value, indentation: indentation + 1)
            }
            newline(indentation)
            bytes.append(UInt8(ascii: "}"))
        default: write(value)
        }
    }
}
