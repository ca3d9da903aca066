import Foundation
package import HearthCore

/// Makes one form of the texts that come in, so that the same text has the same fingerprint and every byte offset into
/// it stays true: NFC, line ends "\n", no control or invisible characters, no blanks at the ends of lines, at most one
/// empty line in a row. Normalising a normal text changes nothing.
package enum TextNormalizer {
    /// Of a document's text, in bytes of UTF-8: some 20,000 passages.
    package static let maximumBytes = 16 << 20
    /// Of a title, in characters.
    package static let maximumTitle = 300
    /// Marks that may pile up on one letter, as in the Stream-Safe Text Format of UAX #15. Without a bound their
    /// canonical order takes quadratic time.
    static let maximumMarks = 30

    /// - Throws: `too-large` above `maximumBytes`.
    package static func text(_ text: String) throws(HearthError) -> String {
        guard text.utf8.count <= maximumBytes else {
            throw HearthError(
                .tooLarge,
                "The text has \(text.utf8.count) bytes; a document holds at most \(maximumBytes).",
                hint: "Split it into several documents.")
        }
        var cleaner = Cleaner(capacity: text.utf8.count)
        for scalar in text.unicodeScalars { cleaner.take(scalar) }
        let plain = String(decoding: cleaner.bytes, as: UTF8.self)
        guard cleaner.needsComposing else { return plain }
        return boundedMarks(plain.precomposedStringWithCanonicalMapping)
    }

    /// Composing can leave more marks behind a letter than went in; what is cut from their end leaves NFC.
    private static func boundedMarks(_ text: String) -> String {
        var bounded = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars {
            marks = isMark(scalar) ? marks + 1 : 0
            if marks <= maximumMarks { bounded.append(scalar) }
        }
        return String(bounded)
    }

    /// Whether a text is left of this one: something is neither blank nor invisible.
    static func holdsText(_ text: String) -> Bool {
        text.unicodeScalars.contains { !$0.properties.isWhitespace && !Cleaner.isInvisible($0.value) }
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
    }

    /// Words of a normal text: with one blank between them they are a normal text again.
    static func words(of raw: String) -> [Substring] {
        // What is too long has no words; callers bound their texts far below.
        ((try? text(raw)) ?? "").split(whereSeparator: \.isWhitespace)
    }

    /// One line of at most `maximumTitle` characters.
    package static func title(_ title: String) -> String {
        // A title is short: what is far behind its limit is not looked at.
        guard let normal = try? text(String(title.prefix(maximumTitle * 4))) else { return "" }
        let line = normal.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard line.count > maximumTitle else { return line }
        return line.prefix(maximumTitle - 1).trimmingCharacters(in: .whitespaces) + "…"
    }
}

/// Writes the scalars that stay.
private struct Cleaner {
    private(set) var bytes: [UInt8] = []
    /// Below U+0300 every text is NFC.
    private(set) var needsComposing = false
    private var marks = 0
    /// Line ends and blanks that are written when something visible follows.
    private var lineEnds = 0
    private var blanks: [UInt8] = []
    private var afterReturn = false

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func take(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        let followsReturn = afterReturn
        afterReturn = false
        switch value {
        case 0x0d:
            endLine(1)
            afterReturn = true
        case 0x0a: if !followsReturn { endLine(1) }
        case 0x0b, 0x85, 0x2028: endLine(1)
        case 0x0c, 0x2029: endLine(2)
        case 0x09: blanks.append(0x09)
        // Blanks that differ in width or breaking only.
        case 0x20, 0xa0, 0x1680, 0x2000...0x200a, 0x202f, 0x205f: blanks.append(0x20)
        case _ where Self.isInvisible(value): break
        default:
            if value >= 0x300 { needsComposing = true }
            marks = TextNormalizer.isMark(scalar) ? marks + 1 : 0
            if marks > TextNormalizer.maximumMarks { break }
            if lineEnds > 0, !bytes.isEmpty { bytes.append(contentsOf: lineEnds > 1 ? [0x0a, 0x0a] : [0x0a]) }
            lineEnds = 0
            // Blanks in front of the first character of all go, like those behind the last.
            if !bytes.isEmpty { bytes.append(contentsOf: blanks) }
            blanks.removeAll(keepingCapacity: true)
            if value < 0x80 {
                bytes.append(UInt8(value))
            } else if let units = UTF8.encode(scalar) {
                bytes.append(contentsOf: units)
            }
        }
    }

    private mutating func endLine(_ count: Int) {
        lineEnds += count
        blanks.removeAll(keepingCapacity: true)
    }

    /// Controls, zero-width spaces, direction marks and tags: what a reader does not see must not be found or cited.
    /// The joiners U+200C and U+200D stay: Persian, Hindi and emoji need them.
    static func isInvisible(_ value: UInt32) -> Bool {
        switch value {
        case 0...0x1f, 0x7f...0x9f, 0xad, 0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x202a...0x202e, 0x2060...0x206f,
            0xfeff, 0xfff0...0xfffb, 0xe0000...0xe0fff:
            true
        // Noncharacters.
        case 0xfdd0...0xfdef: true
        default: value & 0xfffe == 0xfffe
        }
    }
}
