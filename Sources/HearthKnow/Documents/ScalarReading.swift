/// Reads Unicode scalars from the UTF-8 of a string, where every offset is a byte.
extension UnsafeBufferPointer<UInt8> {
    /// The scalar that begins at `offset` and its length in bytes. The bytes are a string's, so they are valid.
    func scalar(at offset: Int) -> (value: UInt32, length: Int) {
        let first = self[offset]
        if first < 0x80 { return (UInt32(first), 1) }
        if first < 0xe0 { return (UInt32(first & 0x1f) << 6 | tail(offset + 1), 2) }
        if first < 0xf0 { return (UInt32(first & 0x0f) << 12 | tail(offset + 1) << 6 | tail(offset + 2), 3) }
        return (
            UInt32(first & 0x07) << 18 | tail(offset + 1) << 12 | tail(offset + 2) << 6 | tail(offset + 3), 4
        )
    }

    /// Where the scalar before `offset` begins; `offset` is above 0.
    func scalarStart(before offset: Int) -> Int {
        var start = offset - 1
        while start > 0, self[start] & 0xc0 == 0x80 { start -= 1 }
        return start
    }

    private func tail(_ offset: Int) -> UInt32 { UInt32(self[offset] & 0x3f) }
}

/// What the cutting of text asks about a scalar.
enum ScalarKind {
    static func isWhitespace(_ value: UInt32) -> Bool {
        value < 0x80
            ? value == 0x20 || (value >= 9 && value <= 13)
            : value == 0x85 || value == 0xa0 || value == 0x1680 || (value >= 0x2000 && value <= 0x200a)
                || value == 0x2028 || value == 0x2029 || value == 0x202f || value == 0x205f || value == 0x3000
    }

    static func isDigit(_ value: UInt32) -> Bool { value >= 0x30 && value <= 0x39 }

    static func isLowercase(_ value: UInt32) -> Bool {
        value < 0x80 ? value >= 0x61 && value <= 0x7a : Unicode.Scalar(value)?.properties.isLowercase ?? false
    }

    static func isUppercase(_ value: UInt32) -> Bool {
        value < 0x80 ? value >= 0x41 && value <= 0x5a : Unicode.Scalar(value)?.properties.isUppercase ?? false
    }

    static func isLetter(_ value: UInt32) -> Bool {
        value < 0x80
            ? (value | 0x20) >= 0x61 && (value | 0x20) <= 0x7a
            : Unicode.Scalar(value)?.properties.isAlphabetic ?? false
    }

    /// Belongs to the scalar before it: a text must not be cut in front of it.
    static func isExtending(_ value: UInt32) -> Bool {
        if value < 0x300 { return false }
        if value == 0x200c || value == 0x200d || (value >= 0xfe00 && value <= 0xfe0f) { return true }
        if value >= 0x1f3fb && value <= 0x1f3ff { return true }
        return Unicode.Scalar(value)?.properties.isGraphemeExtend ?? false
    }

    /// Written without spaces between words: each scalar counts as a word.
    static func isUnspaced(_ value: UInt32) -> Bool {
        guard value >= 0x0e00 else { return false }
        return value <= 0x0eff || (value >= 0x0f00 && value <= 0x0fff) || (value >= 0x1000 && value <= 0x109f)
            || (value >= 0x1780 && value <= 0x17ff) || (value >= 0x2e80 && value <= 0x9fff)
            || (value >= 0xf900 && value <= 0xfaff) || (value >= 0xff66 && value <= 0xff9f)
            || (value >= 0x20000 && value <= 0x3ffff)
    }
}
