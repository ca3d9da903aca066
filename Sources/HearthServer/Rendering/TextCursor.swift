import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Writes text into memory that the caller has reserved, without checking bounds again: the inner loop of every answer
/// made of many readings. Each method says how many bytes it may take, so that a caller can reserve enough for a row.
struct TextCursor {
    private(set) var position: UnsafeMutablePointer<UInt8>

    init(at position: UnsafeMutablePointer<UInt8>) { self.position = position }

    @inline(__always)
    mutating func byte(_ byte: UInt8) {
        position.pointee = byte
        position += 1
    }

    @inline(__always)
    mutating func bytes(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        memcpy(position, base, bytes.count)
        position += bytes.count
    }

    @inline(__always)
    mutating func bytes(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { self.bytes($0) } }

    @inline(__always)
    mutating func text(_ text: StaticString) {
        self.bytes(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // MARK: Numbers

    /// At most as many bytes as any number takes: 20 for integers, 24 for doubles.
    static let numberLength = 32

    mutating func integer(_ value: Int64) {
        if value < 0 { byte(UInt8(ascii: "-")) }
        unsigned(value.magnitude)
    }

    @inline(__always)
    mutating func unsigned(_ value: UInt64) {
        var length = 1
        var bound: UInt64 = 10
        while length < 20, value >= bound {
            length += 1
            bound = bound &* 10
        }
        var rest = value
        var index = length
        repeat {
            index -= 1
            position[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while index > 0
        position += length
    }

    /// Exactly `width` digits.
    @inline(__always)
    mutating func digits(_ value: Int, width: Int) {
        var rest = value
        var index = width
        while index > 0 {
            index -= 1
            position[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        position += width
    }

    /// The shortest text that reads back as the same double; whole numbers without a fraction; `null` when not finite.
    ///
    /// Sensors write few decimals. `scaled` below is a whole number under 2^53 and 1e7 is exact, so their quotient is the
    /// double nearest to that decimal: when it equals the value, the decimal reads back as it, and with at most 15 digits
    /// none shorter does.
    mutating func real(_ value: Double) {
        let scaled = (value * 1e7).rounded()
        guard scaled.magnitude < 1e15, scaled / 1e7 == value else { return slowReal(value) }
        let magnitude = UInt64(scaled.magnitude)
        if scaled < 0 { byte(UInt8(ascii: "-")) }
        let whole = magnitude / 10_000_000
        var fraction = Int(magnitude - whole * 10_000_000)
        unsigned(whole)
        guard fraction > 0 else { return }
        byte(UInt8(ascii: "."))
        var width = 7
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        digits(fraction, width: width)
    }

    @inline(never)
    private mutating func slowReal(_ value: Double) {
        guard value.isFinite else { return text("null") }
        if value.magnitude < 0x1p53, let whole = Int64(exactly: value) { return integer(whole) }
        var description = value.description
        description.withUTF8 { bytes($0) }
    }

    // MARK: Strings

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// A JSON string of bytes that are valid UTF-8, quotes included: at most 6 bytes for each and two.
    mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
        byte(UInt8(ascii: "\""))
        escaped(utf8)
        byte(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        for character in utf8 {
            if character >= 0x20 && character != UInt8(ascii: "\"") && character != UInt8(ascii: "\\") {
                byte(character)
            } else {
                escape(character)
            }
        }
    }

    @inline(never)
    private mutating func escape(_ character: UInt8) {
        byte(UInt8(ascii: "\\"))
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte(character)
        case 0x08: byte(UInt8(ascii: "b"))
        case 0x0c: byte(UInt8(ascii: "f"))
        case 0x0a: byte(UInt8(ascii: "n"))
        case 0x0d: byte(UInt8(ascii: "r"))
        case 0x09: byte(UInt8(ascii: "t"))
        default:
            text("u00")
            byte(Self.hexDigits[Int(character >> 4)])
            byte(Self.hexDigits[Int(character & 15)])
        }
    }

    // MARK: Ids

    /// 36 bytes.
    mutating func id(_ id: UniqueID) {
        hex(id.high, from: 60, count: 8)
        byte(UInt8(ascii: "-"))
        hex(id.high, from: 28, count: 4)
        byte(UInt8(ascii: "-"))
        hex(id.high, from: 12, count: 4)
        byte(UInt8(ascii: "-"))
        hex(id.low, from: 60, count: 4)
        byte(UInt8(ascii: "-"))
        hex(id.low, from: 44, count: 12)
    }

    @inline(__always)
    private mutating func hex(_ word: UInt64, from shift: UInt64, count: Int) {
        var shift = shift
        for _ in 0..<count {
            let nibble = UInt8(truncatingIfNeeded: word &>> shift) & 15
            byte(nibble + (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
            shift = shift &- 4
        }
    }
}
