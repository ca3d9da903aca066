/// Cuts a text into tokens in one pass over its bytes. Letters beyond ASCII belong to words, whatever their script; signs,
/// emoji and marks of direction stand alone, so that nothing is ever found inside a word.
struct TokenScanner {
    private let bytes: [UInt8]
    private var tokens: [Token] = []

    /// Longer runs of digits are no number that a date or a duration holds.
    static let mostDigits = 9

    static func tokens(of text: String) -> [Token] {
        var scanner = TokenScanner(bytes: Array(text.utf8))
        scanner.run()
        return scanner.tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 4 + 1)
    }

    private mutating func run() {
        var place = 0
        var lastEnd = -1
        while place < bytes.count {
            let byte = bytes[place]
            if byte <= 0x20 || byte == 0x7F {
                place += 1
                continue
            }
            let start = place
            let kind = kind(at: place)
            var token = Token(kind: kind.kind, range: start..<start, isGlued: lastEnd == start, text: "", value: nil)
            if kind.isBlank {
                place += kind.length
                continue
            }
            place += kind.length
            if kind.kind != .sign {
                while place < bytes.count {
                    let next = self.kind(at: place)
                    guard next.kind == kind.kind, !next.isBlank else { break }
                    place += next.length
                }
            }
            token.range = start..<place
            token.text = kind.kind == .sign ? kind.sign ?? spelled(start..<place) : spelled(start..<place)
            if kind.kind == .digits, place - start <= Self.mostDigits { token.value = Int(token.text) }
            tokens.append(token)
            lastEnd = place
        }
    }

    /// Whether these bytes between two tokens part words. Joiners and marks of direction do not: they belong to what is written.
    static func parts(_ bytes: ArraySlice<UInt8>) -> Bool {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            let rest = bytes[place...]
            switch bytes[place] {
            case 0...0x20, 0x7F: return true
            case 0xC2 where rest.starts(with: [0xC2, 0xA0]), 0xE3 where rest.starts(with: [0xE3, 0x80, 0x80]):
                return true
            // Spaces of a fixed width, separators of lines, the narrow no-break space.
            case 0xE2 where rest.starts(with: [0xE2, 0x80]) && rest.count > 2:
                switch bytes[place + 2] {
                case 0x80...0x8A, 0xA8, 0xA9, 0xAF: return true
                default: break
                }
            default: break
            }
            place += 1
        }
        return false
    }

    /// In lower case: ASCII and the letters of Latin-1, which are all that the grammars use.
    private func spelled(_ range: Range<Int>) -> String {
        String(unsafeUninitializedCapacity: range.count) { buffer in
            var previous: UInt8 = 0
            for (index, place) in range.enumerated() {
                var byte = bytes[place]
                if byte >= 0x41, byte <= 0x5A { byte += 0x20 }
                if previous == 0xC3, byte >= 0x80, byte <= 0x9E, byte != 0x97 { byte += 0x20 }
                buffer[index] = byte
                previous = byte
            }
            return range.count
        }
    }

    private struct Kind {
        var kind: Token.Kind
        var length: Int
        var isBlank = false
        /// How the grammars write it, when that differs.
        var sign: String?
    }

    private func kind(at place: Int) -> Kind {
        let byte = bytes[place]
        switch byte {
        case 0x30...0x39: return Kind(kind: .digits, length: 1)
        case 0x41...0x5A, 0x61...0x7A, 0x5F: return Kind(kind: .word, length: 1)
        case 0..<0x80: return byte <= 0x20 ? Kind(kind: .sign, length: 1, isBlank: true) : Kind(kind: .sign, length: 1)
        default: break
        }
        let length = min(byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1, bytes.count - place)
        let second = length > 1 ? bytes[place + 1] : 0
        let third = length > 2 ? bytes[place + 2] : 0
        switch (byte, second) {
        // No-break space, ideographic space.
        case (0xC2, 0xA0): return Kind(kind: .sign, length: 2, isBlank: true)
        case (0xE3, 0x80) where third == 0x80: return Kind(kind: .sign, length: 3, isBlank: true)
        // General punctuation: dashes and apostrophes as ASCII, spaces and marks of direction as blanks.
        case (0xE2, 0x80):
            switch third {
            case 0x90...0x95: return Kind(kind: .sign, length: 3, sign: "-")
            case 0x98, 0x99: return Kind(kind: .sign, length: 3, sign: "'")
            case 0x80...0x8F, 0xA8...0xAF: return Kind(kind: .sign, length: 3, isBlank: true)
            default: return Kind(kind: .sign, length: 3)
            }
        // The word joiner and the isolates of direction.
        case (0xE2, 0x81) where third >= 0xA0 && third <= 0xAF: return Kind(kind: .sign, length: 3, isBlank: true)
        // Arrows, symbols, dingbats; signs of Latin-1 (« » ° §).
        case (0xE2, _), (0xC2, _): return Kind(kind: .sign, length: length)
        // Variation selectors; the byte order mark. Beside them stand Arabic letters in their forms.
        case (0xEF, 0xB8) where third <= 0x8F: return Kind(kind: .sign, length: length)
        case (0xEF, 0xBB) where third == 0xBF: return Kind(kind: .sign, length: length, isBlank: true)
        // Emoji.
        case (0xF0, 0x9F): return Kind(kind: .sign, length: length)
        default: return Kind(kind: .word, length: length)
        }
    }
}
