/// A UUID (RFC 9562). Hearth makes version 7, which sorts by time; it reads any version.
public struct UniqueID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh version 7 id: 48 bits of milliseconds, 74 random bits.
    public init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(bitPattern: time.microseconds.floorDivided(by: 1000)) & 0xffff_ffff_ffff
        high = milliseconds << 16 | 0x7000 | generator.next() & 0xfff
        low = 0x8000_0000_0000_0000 | generator.next() >> 2
    }

    public static func random(at time: Timestamp) -> UniqueID {
        var generator = SystemRandomNumberGenerator()
        return UniqueID(at: time, using: &generator)
    }

    /// Reads the 36-character form, any case.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ UniqueID(utf8: $0) }) else { return nil }
        self = id
    }

    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 36, let start = text.baseAddress else { return nil }
        // A digit that is none sets bits that stay, so that nothing is decided digit by digit.
        var wrong = (start[8] ^ UInt8(ascii: "-")) | (start[13] ^ UInt8(ascii: "-"))
        wrong |= (start[18] ^ UInt8(ascii: "-")) | (start[23] ^ UInt8(ascii: "-"))
        func digits(_ range: Range<Int>, behind word: UInt64) -> UInt64 {
            var word = word
            for index in range {
                let digit = start[index] &- UInt8(ascii: "0")
                let letter = (start[index] | 0x20) &- UInt8(ascii: "a")
                let value = digit < 10 ? digit : letter < 6 ? letter &+ 10 : 0xff
                wrong |= value & 0xf0
                word = word << 4 | UInt64(value & 15)
            }
            return word
        }
        high = digits(14..<18, behind: digits(9..<13, behind: digits(0..<8, behind: 0)))
        low = digits(24..<36, behind: digits(19..<23, behind: 0))
        if wrong != 0 { return nil }
    }

    public static func < (left: UniqueID, right: UniqueID) -> Bool { (left.high, left.low) < (right.high, right.low) }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Appends the 36-character lower-case form.
    public func append(to bytes: inout [UInt8]) {
        Self.hexDigits.withUnsafeBufferPointer { digits in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
                var position = 0
                for nibble in 0..<32 {
                    if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                        text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    let word = nibble < 16 ? high : low
                    text[position] = digits[Int(word >> UInt64(60 - nibble % 16 * 4) & 15)]
                    position += 1
                }
                bytes.append(contentsOf: text)
            }
        }
    }

    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, as calendars and time buckets need.
    package func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
