/// One label of an internationalised host name, checked as RFC 5891, section 4.2 and 5.4 ask.
struct InternationalLabel {
    /// As people read it; encoded labels are decoded.
    private let scalars: [Unicode.Scalar]
    /// Length in its encoded form.
    let encodedLength: Int

    /// Nil when the label is not valid, whatever its neighbours.
    init?(_ source: [Unicode.Scalar]) {
        guard !source.isEmpty, source.first != "-", source.last != "-" else { return nil }
        if source.allSatisfy(\.isASCII) {
            let text = source.map { UInt8(ascii: $0) }
            guard text.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }) else {
                return nil
            }
            encodedLength = text.count
            guard text.count >= 4, text[2] == UInt8(ascii: "-"), text[3] == UInt8(ascii: "-") else {
                scalars = source
                return
            }
            guard text[0] | 0x20 == UInt8(ascii: "x"), text[1] | 0x20 == UInt8(ascii: "n"),
                let decoded = Punycode.decode(Array(text.dropFirst(4))), !decoded.allSatisfy(\.isASCII),
                // One name has one encoding.
                Punycode.encode(decoded) == text.dropFirst(4).map({ $0.isASCIILetter ? $0 | 0x20 : $0 })
            else { return nil }
            scalars = decoded
        } else {
            scalars = source
            guard let encoded = Punycode.encode(source) else { return nil }
            encodedLength = encoded.count + 4
        }
        guard isAllowed() else { return nil }
    }

    private func isAllowed() -> Bool {
        if scalars.count >= 4, scalars[2] == "-", scalars[3] == "-" { return false }
        if scalars.first == "-" || scalars.last == "-" { return false }
        switch scalars.first?.properties.generalCategory {
        case .spacingMark, .nonspacingMark, .enclosingMark: return false
        default: break
        }
        for (index, scalar) in scalars.enumerated() {
            switch IdentifierClass(scalar) {
            case .valid: break
            case .disallowed: return false
            case .contextual: if !isAllowedHere(scalar, index) { return false }
            }
        }
        return true
    }

    // MARK: Context (RFC 5892, appendix A)

    private func isAllowedHere(_ scalar: Unicode.Scalar, _ index: Int) -> Bool {
        let before = index > 0 ? scalars[index - 1] : nil
        let after = index + 1 < scalars.count ? scalars[index + 1] : nil
        switch scalar.value {
        case 0x200c: return isVirama(before) || joins(around: index)
        case 0x200d: return isVirama(before)
        case 0xb7: return before == "l" && after == "l"
        case 0x375: return after.map { Script.greek.contains($0) } ?? false
        case 0x5f3, 0x5f4: return before.map { Script.hebrew.contains($0) } ?? false
        case 0x30fb: return scalars.contains { Script.japanese.contains($0) }
        case 0x660...0x669: return !scalars.contains { (0x6f0...0x6f9).contains($0.value) }
        case 0x6f0...0x6f9: return !scalars.contains { (0x660...0x669).contains($0.value) }
        default: return false
        }
    }

    private func isVirama(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.canonicalCombiningClass == .virama }

    /// Whether the non-joiner at `index` parts two letters that would join; known for the Arabic block.
    private func joins(around index: Int) -> Bool {
        let before = scalars[..<index].last { !ArabicJoining.isTransparent($0) }
        let after = scalars[(index + 1)...].first { !ArabicJoining.isTransparent($0) }
        guard let before, let after else { return false }
        return ArabicJoining.joinsForward(before) && ArabicJoining.joinsBackward(after)
    }

    // MARK: Direction (RFC 5893, section 2)

    var isRightToLeft: Bool { BidiRule.hasRightToLeft.matches(scalars) }
    var satisfiesBidiRule: Bool {
        BidiRule.leftToRightLabel.matches(scalars) || BidiRule.rightToLeftLabel.matches(scalars)
    }
}

/// What RFC 5892, section 3 derives for a character.
private enum IdentifierClass {
    case valid, contextual, disallowed

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        // Section 2.6, exceptions.
        case 0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007: self = .valid
        case 0xb7, 0x375, 0x5f3, 0x5f4, 0x30fb, 0x660...0x669, 0x6f0...0x6f9, 0x200c, 0x200d: self = .contextual
        case 0x640, 0x7fa, 0x302e, 0x302f, 0x3031...0x3035, 0x303b: self = .disallowed
        case 0x2d, 0x30...0x39, 0x61...0x7a: self = .valid
        // Sections 2.8 and 2.9, blocks of musical symbols and conjoining jamo.
        case 0x20d0...0x20ff, 0x1d100...0x1d1ff, 0x1d200...0x1d24f: self = .disallowed
        case 0x1100...0x11ff, 0xa960...0xa97f, 0xd7b0...0xd7ff: self = .disallowed
        default:
            let properties = scalar.properties
            if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint || properties.isWhitespace
                || properties.isNoncharacterCodePoint
            {
                self = .disallowed
                return
            }
            switch properties.generalCategory {
            case .lowercaseLetter, .uppercaseLetter, .otherLetter, .decimalNumber, .modifierLetter, .nonspacingMark,
                .spacingMark:
                self = .valid
            default: self = .disallowed
            }
        }
    }
}

/// Joining types of the Arabic block (Unicode, ArabicShaping.txt).
private enum ArabicJoining {
    static func isTransparent(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        default: false
        }
    }

    static func joinsForward(_ scalar: Unicode.Scalar) -> Bool { joinsBackward(scalar) && !isRightJoining(scalar) }

    static func joinsBackward(_ scalar: Unicode.Scalar) -> Bool {
        guard (0x620...0x6ff).contains(scalar.value), ![0x621, 0x674, 0x6dd].contains(scalar.value) else {
            return false
        }
        return scalar.properties.generalCategory == .otherLetter
    }

    private static func isRightJoining(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x622...0x625, 0x627, 0x629, 0x62f...0x632, 0x648, 0x671...0x673, 0x675...0x677, 0x688...0x699, 0x6c0,
            0x6c3...0x6cb, 0x6cd, 0x6cf, 0x6d2, 0x6d3, 0x6d5, 0x6ee, 0x6ef:
            true
        default: false
        }
    }
}

/// Scripts and directions are looked up in PCRE2's tables; Swift's library has neither.
private enum Script {
    static let greek = CharacterTest(#"^\p{sc:Greek}"#)
    static let hebrew = CharacterTest(#"^\p{sc:Hebrew}"#)
    static let japanese = CharacterTest(#"^[\p{sc:Hiragana}\p{sc:Katakana}\p{sc:Han}]"#)
}

private enum BidiRule {
    private static let neutral = #"\p{bc:ES}\p{bc:CS}\p{bc:ET}\p{bc:ON}\p{bc:BN}\p{bc:NSM}"#
    static let hasRightToLeft = CharacterTest(#"[\p{bc:R}\p{bc:AL}\p{bc:AN}]"#)
    static let leftToRightLabel = CharacterTest(
        #"^\p{bc:L}(?:[\p{bc:L}\p{bc:EN}"# + neutral + #"]*[\p{bc:L}\p{bc:EN}])?\p{bc:NSM}*$"#)
    static let rightToLeftLabel = CharacterTest(
        #"^(?!.*\p{bc:EN}.*\p{bc:AN})(?!.*\p{bc:AN}.*\p{bc:EN})[\p{bc:R}\p{bc:AL}]"#
            + #"(?:[\p{bc:R}\p{bc:AL}\p{bc:AN}\p{bc:EN}"# + neutral
            + #"]*[\p{bc:R}\p{bc:AL}\p{bc:EN}\p{bc:AN}])?\p{bc:NSM}*$"#)
}

private struct CharacterTest {
    private let expression: RegularExpression?

    init(_ pattern: String) { expression = RegularExpression(pcre: pattern) }

    func matches(_ scalars: [Unicode.Scalar]) -> Bool {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return expression?.match(String(text)) == .matched
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool { matches([scalar]) }
}
