/// A sentence, heading, list item or row of a text.
package struct Sentence: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
        case prose
        /// Belongs to what follows it.
        case heading
        case item
        /// Of a table or a listing.
        case row
    }

    /// In bytes of the text's UTF-8, without blanks at its ends.
    package var range: Range<Int>
    package var role: Role
    /// A paragraph, a list or the part below a heading begins with it.
    package var startsParagraph: Bool
}

/// Finds where sentences begin and end, by rules: full stops of abbreviations, initials, ordinals, numbers and addresses
/// do not end one; closing quotes and footnote marks belong to it; lists, tables, headings and short lines are
/// sentences without a stop. Works for scripts with and without case, and for those without blanks. Takes linear time.
package enum SentenceSplitter {
    /// Sentences in order; between them stand blanks, line ends and rules only.
    package static func sentences(in text: String) -> [Sentence] {
        var text = text
        return text.withUTF8 { sentences(in: $0) }
    }

    /// Of prose, headings, items and rows alike, in bytes of UTF-8.
    package static func ranges(in text: String) -> [Range<Int>] { sentences(in: text).map(\.range) }

    static func sentences(in bytes: UnsafeBufferPointer<UInt8>) -> [Sentence] {
        var found: [Sentence] = []
        var followsHeading = false
        for segment in TextLines.segments(of: bytes) {
            let starts = segment.startsBlock || followsHeading
            followsHeading = segment.kind == .heading
            switch segment.kind {
            case .heading: found.append(Sentence(range: segment.range, role: .heading, startsParagraph: starts))
            case .row: found.append(Sentence(range: segment.range, role: .row, startsParagraph: starts))
            case .prose, .item:
                let role: Sentence.Role = segment.kind == .item ? .item : .prose
                var isFirst = true
                SentenceScanner(bytes: bytes, segment: segment.range).forEach { range in
                    found.append(Sentence(range: range, role: role, startsParagraph: isFirst && starts))
                    isFirst = false
                }
            }
        }
        return found
    }
}

/// Cuts one segment.
private struct SentenceScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let segment: Range<Int>

    /// Terminators and closers behind one stop, in scalars; more of them are no punctuation.
    private static let longestTail = 64

    func forEach(_ body: (Range<Int>) -> Void) {
        var start = segment.lowerBound
        var offset = start
        while offset < segment.upperBound {
            let (value, length) = bytes.scalar(at: offset)
            guard SentenceMarks.isTerminator(value) else {
                offset += length
                continue
            }
            let stop = offset
            let tail = self.tail(from: offset)
            offset = tail.end
            guard offset < segment.upperBound else { break }
            let next = skipBlanks(offset)
            guard next > offset || tail.endsUnspaced, isEnd(stop: stop, tail: tail, next: next, start: start)
            else { continue }
            body(start..<offset)
            start = next
            offset = next
        }
        if start < segment.upperBound { body(start..<segment.upperBound) }
    }

    private struct Tail {
        var end: Int
        /// One full stop and nothing else ends the sentence.
        var isSingleStop: Bool
        var endsUnspaced: Bool
    }

    /// The marks behind a stop that belong to it: more stops, closing quotes and brackets, footnotes such as [12].
    private func tail(from offset: Int) -> Tail {
        var offset = offset
        var stops = 0
        var unspaced = false
        var count = 0
        while offset < segment.upperBound, count < Self.longestTail {
            count += 1
            let (value, length) = bytes.scalar(at: offset)
            if SentenceMarks.isTerminator(value) {
                stops += 1
                if SentenceMarks.isUnspaced(value) { unspaced = true }
            } else if value == 0x5b, let end = footnote(at: offset) {
                offset = end
                continue
            } else if !SentenceMarks.isCloser(value) {
                break
            }
            offset += length
        }
        return Tail(end: offset, isSingleStop: stops == 1, endsUnspaced: unspaced)
    }

    /// Past "[12]" or "[a]".
    private func footnote(at offset: Int) -> Int? {
        var end = offset + 1
        while end < segment.upperBound, end < offset + 5, bytes[end] != 0x5d {
            guard ScalarKind.isDigit(UInt32(bytes[end])) || ScalarKind.isLowercase(UInt32(bytes[end])) else {
                return nil
            }
            end += 1
        }
        guard end > offset + 1, end < segment.upperBound, bytes[end] == 0x5d else { return nil }
        return end + 1
    }

    private func skipBlanks(_ offset: Int) -> Int {
        var offset = offset
        while offset < segment.upperBound {
            let (value, length) = bytes.scalar(at: offset)
            guard ScalarKind.isWhitespace(value) else { break }
            offset += length
        }
        return offset
    }

    private func isEnd(stop: Int, tail: Tail, next: Int, start: Int) -> Bool {
        let mark = bytes.scalar(at: stop).value
        if SentenceMarks.isUnspaced(mark) { return true }
        let word = nextWord(next)
        if word.isLowercase { return false }
        guard mark == 0x2e, tail.isSingleStop else { return true }
        let before = wordBefore(stop, notBefore: start)
        if before.isEmpty { return true }
        if before.allSatisfy({ $0.isASCII && $0.isNumber }) {
            // "1. First" at the start of a line; "3. Oktober".
            if stop - before.utf8.count == start { return false }
            return before.count > 2 || !Abbreviations.months.contains(word.text)
        }
        let lower = before.lowercased()
        if Abbreviations.either.contains(lower) {
            return word.text.isEmpty || Abbreviations.openers.contains(word.text)
        }
        if Abbreviations.before.contains(lower) { return endsAnyway(lower, word) }
        // Initials: "J. S. Bach", "U.S. Army".
        let letters = before.split(separator: ".", omittingEmptySubsequences: false)
        if letters.allSatisfy({ $0.count == 1 && $0.first?.isUppercase == true }) {
            return Abbreviations.openers.contains(word.text) && word.text != "a"
        }
        return true
    }

    /// "No." is an answer, and "Max." a name, when a word that is no number follows.
    private func endsAnyway(_ lower: String, _ next: NextWord) -> Bool {
        switch lower {
        case "no", "nos", "min", "max", "art", "ch", "op", "es", "est", "ed", "sec", "mar", "mon", "ing":
            !next.startsWithDigit
        case "st", "ave", "rd", "blvd", "str", "al", "ecc", "kr", "tab", "tel", "ext", "mm", "fri", "wed":
            Abbreviations.openers.contains(next.text)
        default: false
        }
    }

    private struct NextWord {
        var text = ""
        var isLowercase = false
        var startsWithDigit = false
    }

    /// The first word at or behind `offset`, in lower case.
    private func nextWord(_ offset: Int) -> NextWord {
        var offset = offset
        var skipped = 0
        while offset < segment.upperBound, skipped < 4 {
            let (value, length) = bytes.scalar(at: offset)
            guard SentenceMarks.isOpener(value) || ScalarKind.isWhitespace(value) else { break }
            offset += length
            skipped += 1
        }
        let start = offset
        while offset < segment.upperBound, offset - start < 24 {
            let (value, length) = bytes.scalar(at: offset)
            guard ScalarKind.isLetter(value) || ScalarKind.isDigit(value) else { break }
            offset += length
        }
        guard start < offset else { return NextWord() }
        let first = bytes.scalar(at: start).value
        return NextWord(
            text: String(decoding: bytes[start..<offset], as: UTF8.self).lowercased(),
            isLowercase: ScalarKind.isLowercase(first), startsWithDigit: ScalarKind.isDigit(first))
    }

    /// Letters, digits and inner stops in front of the stop; empty when longer than any abbreviation.
    private func wordBefore(_ stop: Int, notBefore start: Int) -> String {
        var begin = stop
        while begin > start {
            let previous = bytes.scalarStart(before: begin)
            let value = bytes.scalar(at: previous).value
            guard ScalarKind.isLetter(value) || ScalarKind.isDigit(value) || value == 0x2e else { break }
            begin = previous
            if stop - begin > Abbreviations.longest * 2 { return "" }
        }
        return String(decoding: bytes[begin..<stop], as: UTF8.self)
    }
}
