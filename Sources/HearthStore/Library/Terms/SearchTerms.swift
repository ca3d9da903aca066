import Foundation

/// What text ranking compares: runs of letters and digits, in lower case, without accents, English suffixes stripped.
/// Scripts written without spaces (Han, Kana) become pairs of neighbouring characters.
package enum SearchTerms {
    /// Changes whenever the same text gives other terms: an index of another revision must be built anew.
    package static let revision = 1
    /// A longer run of letters is cut: no word, and an index of such terms would only grow.
    package static let longestTerm = 64
    /// Distinct terms of a query; more say nothing new and cost time.
    package static let queryLimit = 32

    /// Every term of a text, in order.
    package static func all(in text: String) -> [String] {
        var terms: [String] = []
        forEach(in: text) { bytes, _ in terms.append(String(decoding: bytes, as: UTF8.self)) }
        return terms
    }

    /// The terms with single spaces between them: what an index is given.
    package static func joined(_ text: String) -> String {
        var joined: [UInt8] = []
        joined.reserveCapacity(text.utf8.count)
        forEach(in: text) { bytes, _ in
            if !joined.isEmpty { joined.append(UInt8(ascii: " ")) }
            joined.append(contentsOf: bytes)
        }
        return String(decoding: joined, as: UTF8.self)
    }

    /// The distinct terms of a question in order of appearance, without words that only build sentences unless
    /// there are no others.
    package static func ofQuery(_ text: String) -> [String] {
        var seen: Set<String> = []
        let distinct = all(in: text).filter { seen.insert($0).inserted }
        let telling = distinct.filter { !isStopWord($0) }
        return Array((telling.isEmpty ? distinct : telling).prefix(queryLimit))
    }

    package static func isStopWord(_ term: String) -> Bool { StopWords.stems.contains(term) }

    /// Calls `body` with each term and where its word begins in the text, in bytes.
    package static func forEach(in text: String, _ body: (_ term: [UInt8], _ offset: Int) -> Void) {
        scan(text, isWanted: { _, _ in true }) { term, offset in if let term { body(term, offset) } }
    }

    /// As `forEach`, but gives nil for each word of ASCII whose first letters, in lower case, are not wanted (the second is 0 in a
    /// word of one): copying and stemming words is most of the work.
    @inline(__always)
    static func scan(
        _ text: String, isWanted: (_ first: UInt8, _ second: UInt8) -> Bool,
        _ body: (_ term: [UInt8]?, _ offset: Int) -> Void
    ) {
        var text = text
        text.withUTF8 { bytes in
            var index = 0
            while index < bytes.count {
                let start = index
                var isASCII = true
                while index < bytes.count {
                    if bytes[index] >= 0x80 {
                        isASCII = false
                    } else if asciiLetter(bytes[index]) == nil {
                        break
                    }
                    index += 1
                }
                guard index > start else {
                    index += 1
                    continue
                }
                if isASCII, !isWanted(folded(bytes[start]), index - start > 1 ? folded(bytes[start + 1]) : 0) {
                    body(nil, start)
                    continue
                }
                let word = bytes[start..<index].map(folded)
                if isASCII {
                    body(stemmed(word), start)
                } else {
                    foldedTerms(of: word) { body($0, start + $1) }
                }
            }
        }
    }

    /// ASCII letters in lower case.
    private static func folded(_ byte: UInt8) -> UInt8 { asciiLetter(byte) ?? byte }

    private static func asciiLetter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: nil
        }
    }

    private static func stemmed(_ word: [UInt8]) -> [UInt8] {
        let isWord = word.allSatisfy { $0 >= UInt8(ascii: "a") }
        let term = isWord && word.count <= longestTerm ? PorterStemmer.stem(word) : word
        return term.count <= longestTerm ? term : Array(term.prefix(longestTerm))
    }

    /// A run with characters beyond ASCII, which may hold punctuation too.
    private static func foldedTerms(of run: [UInt8], _ body: ([UInt8], Int) -> Void) {
        var word: [UInt8] = []
        var wordStart = 0
        var previous: Unicode.Scalar?
        var paired = false
        var offset = 0
        func endWord() {
            if !word.isEmpty {
                let isASCII = word.allSatisfy { $0 < 0x80 }
                body(isASCII ? stemmed(word) : cut(word), wordStart)
            }
            word.removeAll(keepingCapacity: true)
        }
        func endPairs() {
            // One character alone stands for itself.
            if let previous, !paired { body(Array(String(previous).utf8), wordStart) }
            (previous, paired) = (nil, false)
        }
        for scalar in String(decoding: run, as: UTF8.self).unicodeScalars {
            defer { offset += UTF8.width(scalar) }
            if isWrittenWithoutSpaces(scalar) {
                endWord()
                if let previous {
                    body(Array((String(previous) + String(scalar)).utf8), offset - UTF8.width(previous))
                    paired = true
                } else {
                    wordStart = offset
                }
                previous = scalar
                continue
            }
            endPairs()
            if isMark(scalar) { continue }
            guard isLetterOrDigit(scalar) else {
                endWord()
                continue
            }
            if word.isEmpty { wordStart = offset }
            append(scalar, to: &word)
        }
        endPairs()
        endWord()
    }

    /// Lower case without marks: é is e, Å is a; ligatures and the like are taken apart.
    private static func append(_ scalar: Unicode.Scalar, to word: inout [UInt8]) {
        if scalar.isASCII, let letter = asciiLetter(UInt8(truncatingIfNeeded: scalar.value)) {
            word.append(letter)
            return
        }
        let decomposed = String(scalar).decomposedStringWithCompatibilityMapping
        for part in decomposed.lowercased().unicodeScalars where isLetterOrDigit(part) {
            word.append(contentsOf: String(part).utf8)
        }
    }

    /// At most the longest term, ending with a whole character.
    private static func cut(_ word: [UInt8]) -> [UInt8] {
        guard word.count > longestTerm else { return word }
        var count = longestTerm
        while count > 0, word[count] & 0xc0 == 0x80 { count -= 1 }
        return Array(word.prefix(count))
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Kana, Han and their extensions, by block.
    private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x323af: true
        default: false
        }
    }
}
