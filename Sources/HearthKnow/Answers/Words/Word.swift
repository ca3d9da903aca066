import HearthStore

/// A word of a text, as it is compared with others.
struct Word: Sendable, Hashable {
    /// Lower case, without accents.
    var folded: String
    /// What is left without endings: "buildings" and "building" have one stem.
    var stem: String
    /// In code points of the text.
    var range: Range<Int>
    var isCapitalized: Bool
    /// Holds a digit.
    var isNumeric: Bool

    /// The words of a text in their order: runs of letters and digits, with one letter per word in scripts that do not
    /// put spaces between words. An apostrophe ends a word, so "Anna's" is "anna" and "s".
    static func all(in scalars: some RandomAccessCollection<Unicode.Scalar>, from start: Int = 0) -> [Word] {
        var words: [Word] = []
        var folded = String.UnicodeScalarView()
        var first: (position: Int, isUpper: Bool)?
        var isNumeric = false
        func finish(at position: Int) {
            defer {
                folded = String.UnicodeScalarView()
                first = nil
                isNumeric = false
            }
            guard let first, !folded.isEmpty else { return }
            let text = String(folded)
            words.append(
                Word(
                    folded: text, stem: isNumeric ? text : PorterStemmer.stem(text),
                    range: first.position..<position, isCapitalized: first.isUpper, isNumeric: isNumeric))
        }
        var position = start
        for scalar in scalars {
            switch Kind(scalar) {
            case .letter, .digit:
                if first == nil { first = (position, scalar.properties.isUppercase) }
                if Kind(scalar) == .digit { isNumeric = true }
                LatinFold.append(scalar, to: &folded)
            case .mark:
                if first != nil { LatinFold.append(scalar, to: &folded) }
            case .alone:
                finish(at: position)
                first = (position, false)
                folded.append(scalar)
                finish(at: position + 1)
            case .other: finish(at: position)
            }
            position += 1
        }
        finish(at: position)
        return words
    }

    private enum Kind {
        case letter, digit, mark, alone, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x30...0x39: self = .digit
            case 0x41...0x5a, 0x61...0x7a: self = .letter
            case 0..<0x80: self = .other
            // Thai, Lao, Myanmar, Khmer, kana, Han: written without spaces.
            case 0xe00...0xeff, 0x1000...0x109f, 0x1780...0x17ff, 0x3040...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
                0x20000...0x323af:
                self = .alone
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
                case .decimalNumber, .letterNumber: self = .digit
                case .nonspacingMark, .spacingMark: self = .mark
                default: self = .other
                }
            }
        }
    }
}
