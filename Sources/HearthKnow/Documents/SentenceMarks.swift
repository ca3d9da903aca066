/// Punctuation that ends, closes and opens sentences.
enum SentenceMarks {
    /// Ends a sentence where a blank follows: . ! ? … and those of Arabic, Armenian, Ethiopic and Devanagari.
    static func isSpaced(_ value: UInt32) -> Bool {
        switch value {
        case 0x2e, 0x21, 0x3f, 0x2026, 0x203c...0x203d, 0x2047...0x2049, 0x061f, 0x06d4, 0x0589, 0x1362, 0x1367,
            0x0964, 0x0965, 0x17d4, 0x104b:
            true
        default: false
        }
    }

    /// Ends a sentence whatever follows: 。！？｡.
    static func isUnspaced(_ value: UInt32) -> Bool {
        value == 0x3002 || value == 0xff01 || value == 0xff1f || value == 0xff61 || value == 0xff0e
    }

    static func isTerminator(_ value: UInt32) -> Bool { isSpaced(value) || isUnspaced(value) }

    /// Quotes and brackets that belong to the sentence before them.
    static func isCloser(_ value: UInt32) -> Bool {
        switch value {
        case 0x22, 0x27, 0x29, 0x5d, 0x7d, 0xbb, 0x2019, 0x201d, 0x201c, 0x203a, 0x300d, 0x300f, 0x3011, 0xff09, 0x2a,
            0x5f:
            true
        default: false
        }
    }

    /// What may stand before the first word of a sentence.
    static func isOpener(_ value: UInt32) -> Bool {
        switch value {
        case 0x22, 0x27, 0x28, 0x5b, 0x7b, 0xab, 0xbf, 0xa1, 0x2018, 0x201c, 0x201e, 0x201a, 0x2039, 0x2013, 0x2014,
            0x2d, 0x300c, 0x300e, 0x3010, 0xff08, 0x2a, 0x5f, 0x201d, 0xbb, 0x40, 0x23, 0x24, 0x20ac, 0xa3:
            true
        default: false
        }
    }
}
