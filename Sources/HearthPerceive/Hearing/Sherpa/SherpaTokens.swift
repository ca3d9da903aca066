import Foundation
import HearthMedia

/// Makes words of the tokens of a recogniser. Its text says where words begin and end, as it knows the habits of each model (`▁`,
/// a space, `@@`, single characters of Chinese); its tokens say when. The two are laid side by side, and where they do not
/// match there are no times: better none than those of other words.
enum SherpaTokens {
    struct Token: Sendable, Equatable {
        var text: String
        /// Seconds from the start of the stretch.
        var start: Double
        /// Seconds; nil: the model does not say.
        var duration: Double?
        /// Natural logarithm of its probability; nil: the model does not say.
        var logProbability: Double?
    }

    /// Longest that a word is held to go on behind the start of its last token, where the model gives no durations: a slow
    /// syllable.
    static let longestLastToken = 0.5

    /// Nil where the tokens are not those of the text.
    static func words(of text: String, _ tokens: [Token]) -> [Transcript.Word]? {
        // To which token each byte of the text belongs that is not between words.
        var said: [UInt8] = []
        var owners: [Int] = []
        for (index, token) in tokens.enumerated() {
            let bytes = spoken(token.text)
            said += bytes
            owners += Array(repeating: index, count: bytes.count)
        }
        let pieces = pieces(text)
        guard said == pieces.flatMap({ Array($0.utf8) }) else { return nil }
        var words: [Transcript.Word] = []
        var place = 0
        for piece in pieces {
            let (first, last) = (owners[place], owners[place + piece.utf8.count - 1])
            place += piece.utf8.count
            let next = tokens[(last + 1)...].first { !spoken($0.text).isEmpty }
            let end =
                tokens[last].start
                + (tokens[last].duration
                    ?? min(longestLastToken, max(0, (next?.start ?? .infinity) - tokens[last].start)))
            let sure = tokens[first...last].compactMap(\.logProbability)
            words.append(
                Transcript.Word(
                    text: piece, start: tokens[first].start, end: max(tokens[first].start, end),
                    confidence: sure.isEmpty ? nil : confidence(sure)))
        }
        return words
    }

    /// The geometric mean, so that long words are not less sure for being long.
    private static func confidence(_ logarithms: [Double]) -> Double {
        min(1, max(0, exp(logarithms.reduce(0, +) / Double(logarithms.count))))
    }

    /// What stands between spaces; of scripts without spaces, each character with the signs behind it.
    static func pieces(_ text: String) -> [String] {
        var pieces: [String] = []
        var word = ""
        var takesSigns = false
        for character in text {
            let isAlone = isOfScriptWithoutSpaces(character)
            let isSign = !character.isLetter && !character.isNumber && !character.isWhitespace
            if takesSigns, isSign {
                pieces[pieces.count - 1].append(character)
                continue
            }
            if isAlone || character.isWhitespace {
                if !word.isEmpty { pieces.append(word) }
                word = ""
                if isAlone { pieces.append(String(character)) }
            } else {
                word.append(character)
            }
            takesSigns = isAlone
        }
        return word.isEmpty ? pieces : pieces + [word]
    }

    /// Han, Hiragana, Katakana (Unicode blocks); Hangul has spaces.
    private static func isOfScriptWithoutSpaces(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        return (0x3040...0x30FF).contains(scalar) || (0x3400...0x9FFF).contains(scalar)
            || (0xF900...0xFAFF).contains(scalar) || (0x20000...0x323AF).contains(scalar)
    }

    /// The bytes of a token that are heard: without `▁` and spaces before a word, and `@@` behind a part of one.
    private static func spoken(_ token: String) -> [UInt8] {
        var text = token[...]
        if text.hasSuffix("@@"), text.count > 2 { text = text.dropLast(2) }
        var bytes: [UInt8] = []
        while let character = text.first {
            if let byte = escapedByte(text) {
                bytes.append(byte)
                text = text.dropFirst(escapedLength)
                continue
            }
            if !character.isWhitespace, character != "▁" { bytes += String(character).utf8 }
            text.removeFirst()
        }
        return bytes
    }

    private static let escapedLength = 6

    /// A byte as sherpa-onnx writes it.
    static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
    }

    private static func escapedByte(_ text: Substring) -> UInt8? {
        guard text.hasPrefix("<0x"), text.count >= escapedLength, text.dropFirst(5).first == ">" else { return nil }
        return UInt8(text.dropFirst(3).prefix(2), radix: 16)
    }
}
