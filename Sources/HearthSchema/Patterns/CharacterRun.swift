/// Patterns that say of a whole text only how long it is and which ASCII letters and digits it has, like
/// `^[0-9a-f]{64}$`: the commonest ones of identifiers and digests. They are decided by looking at the bytes.
struct CharacterRun: Sendable, Hashable {
    /// The characters 0 to 63 and 64 to 127, one bit each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var minimum = 0
    private var maximum = Int.max

    /// Nil for every other pattern.
    init?(_ pattern: String) {
        var bytes = Array(pattern.utf8)[...]
        guard Self.skip("^[", in: &bytes), Self.skip("$", inEndOf: &bytes) else { return nil }
        while let first = bytes.first, first != UInt8(ascii: "]") {
            guard Self.isPlain(first) else { return nil }
            bytes.removeFirst()
            var last = first
            if bytes.first == UInt8(ascii: "-") {
                bytes.removeFirst()
                guard let bound = bytes.popFirst(), Self.isPlain(bound), bound >= first else { return nil }
                last = bound
            }
            for byte in first...last { insert(byte) }
        }
        guard low | high != 0, Self.skip("]", in: &bytes), readCount(bytes) else { return nil }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_")
    }

    private static func skip(_ text: StaticString, in bytes: inout ArraySlice<UInt8>) -> Bool {
        guard bytes.starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) else {
            return false
        }
        bytes.removeFirst(text.utf8CodeUnitCount)
        return true
    }

    private static func skip(_ last: Unicode.Scalar, inEndOf bytes: inout ArraySlice<UInt8>) -> Bool {
        bytes.last == UInt8(ascii: last) && bytes.popLast() != nil
    }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }

    /// `+`, `*`, `{n}`, `{n,}`, `{n,m}`, or nothing for one.
    private mutating func readCount(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch String(decoding: bytes, as: UTF8.self) {
        case "": (minimum, maximum) = (1, 1)
        case "+": minimum = 1
        case "*": minimum = 0
        case let text where text.hasPrefix("{") && text.hasSuffix("}"):
            let parts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count <= 2, let least = Self.number(parts[0]) else { return false }
            minimum = least
            if parts.count == 1 {
                maximum = least
            } else if !parts[1].isEmpty {
                guard let most = Self.number(parts[1]), most >= least else { return false }
                maximum = most
            }
        default: return false
        }
        return true
    }

    /// What PCRE2 takes as a count.
    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit), let value = Int(digits), value <= 65535 else {
            return nil
        }
        return value
    }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= minimum, text.count <= maximum else { return false }
        // The first misfit decides nothing more: texts are short, and a loop without exits is faster.
        var misfits: UInt64 = 0
        for byte in text {
            let bits = byte & 64 == 0 ? low : high
            misfits |= (bits >> UInt64(byte & 63) & 1) ^ 1 | UInt64(byte >> 7)
        }
        return misfits == 0
    }
}
