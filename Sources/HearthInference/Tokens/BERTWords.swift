import Foundation

/// What a tokenizer does to a text before it looks for pieces.
struct BERTNormalisation: Sendable, Equatable {
    var lowercases = true
    /// Takes marks off letters: é becomes e.
    var stripsAccents = true
    var separatesChinese = true
}

/// Splits a text into words as BERT's tokenizers do: control characters go, white space separates, each punctuation mark
/// and each Chinese character is a word. Reads one stretch without white space at a time, so that a long text costs no
/// more than what is read of it.
struct BERTWords {
    /// Scalars that are looked at together; a longer stretch is cut. Words of more than 100 characters are unknown anyway.
    static let longestStretch = 65_536

    private let normalisation: BERTNormalisation
    private var rest: Substring.UnicodeScalarView

    init(_ text: Substring, normalisation: BERTNormalisation) {
        self.normalisation = normalisation
        rest = text.unicodeScalars
    }

    /// Fills `words` with the UTF-8 of the words of the next stretch, spaces between them. False at the end of the text.
    mutating func nextStretch(into words: inout [UInt8]) -> Bool {
        words.removeAll(keepingCapacity: true)
        var stretch = String.UnicodeScalarView()
        var length = 0
        var isASCII = true
        reading: while let scalar = rest.popFirst() {
            switch Self.kind(scalar) {
            case .dropped: continue
            case .space:
                if length > 0 { break reading }
            case .kept:
                isASCII = isASCII && scalar.isASCII
                stretch.append(scalar)
                length += 1
                if length == Self.longestStretch { break reading }
            }
        }
        guard length > 0 else { return false }
        if isASCII {
            for scalar in stretch { append(scalar, to: &words) }
        } else {
            appendUnicode(stretch, to: &words)
        }
        return true
    }

    private func appendUnicode(_ stretch: String.UnicodeScalarView, to words: inout [UInt8]) {
        // Chinese characters are set apart before anything is decomposed: a compatibility character may become one that
        // would not be.
        var separated = String.UnicodeScalarView()
        for scalar in stretch {
            let isApart = normalisation.separatesChinese && Self.isChinese(scalar.value)
            if isApart { separated.append(" ") }
            separated.append(scalar)
            if isApart { separated.append(" ") }
        }
        var text = String(separated)
        if normalisation.stripsAccents { text = text.decomposedStringWithCanonicalMapping }
        for scalar in text.unicodeScalars {
            if normalisation.stripsAccents, Self.category(scalar) == .nonspacingMark { continue }
            if scalar.isASCII || !normalisation.lowercases {
                append(scalar, to: &words)
            } else {
                for lower in scalar.properties.lowercaseMapping.unicodeScalars { append(lower, to: &words) }
            }
        }
    }

    private func append(_ scalar: Unicode.Scalar, to words: inout [UInt8]) {
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            switch byte {
            case 33...47, 58...64, 91...96, 123...126: words.append(contentsOf: [32, byte, 32])
            case 65...90 where normalisation.lowercases: words.append(byte | 32)
            default: words.append(byte)
            }
        } else if Self.isPunctuation(scalar) {
            words.append(32)
            words.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
            words.append(32)
        } else {
            words.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
        }
    }

    /// The category that a model saw in training: the tokenizers that models were trained with know Unicode 8, and take what
    /// came later for letters.
    private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        let category = scalar.properties.generalCategory
        switch category {
        case .nonspacingMark, .format, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            return scalar.properties.age.map { $0.major > 8 } ?? true ? .otherLetter : category
        default: return category
        }
    }

    private enum Kind { case kept, space, dropped }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 9, 10, 13, 32: return .space
        case 33...126: return .kept
        case 0...31, 127, 0xfffd: return .dropped
        default: break
        }
        switch category(scalar) {
        case .control, .format, .privateUse, .surrogate: return .dropped
        default: return scalar.properties.isWhitespace ? .space : .kept
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch category(scalar) {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }

    /// The blocks of ideographs that BERT's tokenizer names.
    private static func isChinese(_ value: UInt32) -> Bool {
        switch value {
        case 0x4e00...0x9fff, 0x3400...0x4dbf, 0xf900...0xfaff, 0x20000...0x2a6df, 0x2a700...0x2b73f, 0x2b740...0x2b81f,
            0x2b920...0x2ceaf, 0x2f800...0x2fa1f:
            true
        default: false
        }
    }
}
