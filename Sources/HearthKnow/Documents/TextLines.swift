/// A piece of text that a sentence may not cross: a heading, a list item, a row of a table, or lines that run on.
struct TextSegment {
    enum Kind { case prose, heading, item, row }

    /// Without blanks at its ends.
    var range: Range<Int>
    var kind: Kind
    /// An empty line or a heading stands before it.
    var startsBlock: Bool
}

/// Finds the segments of a text from its lines. Each line is looked at a bounded number of times.
struct TextLines {
    private struct Line {
        var range: Range<Int>
        var shape: Shape
        var startsUpper: Bool
        /// Ends in a mark after which no sentence runs on.
        var endsSentence: Bool
        /// As mails mark what they quote.
        var isQuoted: Bool
    }

    private enum Shape { case text, item, row, heading, rule, fence }

    /// A heading is shorter than this, in bytes; a longer line is a sentence without a full stop.
    private static let longestHeading = 120
    /// A line shorter than this is not one that was wrapped, in bytes.
    private static let shortestWrapped = 30

    private let bytes: UnsafeBufferPointer<UInt8>
    private var segments: [TextSegment] = []
    private var block: [Line] = []
    private var isInFence = false

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    static func segments(of bytes: UnsafeBufferPointer<UInt8>) -> [TextSegment] {
        var lines = TextLines(bytes)
        lines.walk()
        return lines.segments
    }

    private mutating func walk() {
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0a { end += 1 }
            let range = trimmed(start..<end)
            if range.isEmpty {
                closeBlock(atEnd: false)
            } else {
                block.append(line(range))
            }
            start = end + 1
        }
        closeBlock(atEnd: true)
        // A heading that nothing follows is a line like others.
        if segments.count == 1, segments[0].kind == .heading { segments[0].kind = .prose }
    }

    /// Lines between two empty ones.
    private mutating func closeBlock(atEnd: Bool) {
        defer { block.removeAll(keepingCapacity: true) }
        guard let first = block.first else { return }
        var widest = 0
        for line in block { widest = max(widest, min(line.range.count, 100)) }
        let wrapped = max(Self.shortestWrapped, widest * 6 / 10)
        if block.count == 1, !atEnd, !isInFence, looksLikeHeading(first) {
            segments.append(TextSegment(range: first.range, kind: .heading, startsBlock: true))
            return
        }
        var starts = true
        var open: TextSegment?
        var previous: Line?
        for (index, line) in block.enumerated() {
            if line.shape == .fence { isInFence.toggle() }
            if line.shape == .fence || line.shape == .rule {
                // A line of "===" or "---" under the only line above it makes that a heading.
                if line.shape == .rule, index == 1, first.shape == .text, isUnderline(line), var heading = open {
                    heading.kind = .heading
                    open = heading
                }
                take(&open)
                starts = true
                previous = nil
                continue
            }
            let kind: TextSegment.Kind =
                switch line.shape {
                case .heading: isInFence ? .row : .heading
                case .item: isInFence ? .row : .item
                case .row: .row
                default: isInFence ? .row : .prose
                }
            let runsOn =
                if let previous, open != nil, kind == .prose {
                    runs(on: previous, into: line, wrapped: wrapped)
                } else {
                    false
                }
            if runsOn, let begun = open {
                open = TextSegment(
                    range: begun.range.lowerBound..<line.range.upperBound, kind: begun.kind,
                    startsBlock: begun.startsBlock)
            } else {
                take(&open)
                open = TextSegment(range: line.range, kind: kind, startsBlock: starts)
                starts = kind == .heading
            }
            previous = line
        }
        take(&open)
    }

    private mutating func take(_ segment: inout TextSegment?) {
        if let segment { segments.append(segment) }
        segment = nil
    }

    private func runs(on previous: Line, into line: Line, wrapped: Int) -> Bool {
        if previous.shape == .heading || previous.shape == .row { return false }
        // What is quoted and what is said to it are two texts.
        if previous.isQuoted != line.isQuoted { return false }
        // Ragged lines that begin like sentences are lines of their own: a list, an address, a poem.
        if line.startsUpper, previous.range.count < wrapped { return false }
        return true
    }

    private func looksLikeHeading(_ line: Line) -> Bool {
        guard line.shape == .text, line.range.count <= Self.longestHeading, !line.endsSentence else {
            return line.shape == .heading
        }
        return line.startsUpper
    }

    private func line(_ range: Range<Int>) -> Line {
        let first = bytes.scalar(at: range.lowerBound).value
        // Scripts without case begin with neither.
        let startsUpper = !ScalarKind.isLowercase(first) && (ScalarKind.isLetter(first) || ScalarKind.isDigit(first))
        let last = bytes.scalar(at: bytes.scalarStart(before: range.upperBound)).value
        let endsSentence =
            SentenceMarks.isTerminator(last) || [0x2c, 0x3a, 0x3b, 0xff0c, 0xff1a, 0x3001].contains(last)
        return Line(
            range: range, shape: shape(range), startsUpper: startsUpper, endsSentence: endsSentence,
            isQuoted: first == 0x3e)
    }

    private func shape(_ range: Range<Int>) -> Shape {
        let first = bytes[range.lowerBound]
        let second = range.count > 1 ? bytes[range.lowerBound + 1] : 0x20
        switch first {
        case UInt8(ascii: "#"):
            let marks = range.prefix(7).prefix { bytes[$0] == first }.count
            if marks <= 6, range.count > marks, bytes[range.lowerBound + marks] == 0x20 { return .heading }
        case UInt8(ascii: "`"), UInt8(ascii: "~"):
            if range.count >= 3, second == first, bytes[range.lowerBound + 2] == first { return .fence }
        case UInt8(ascii: "|"): return .row
        case UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "*"), UInt8(ascii: "+"):
            if isRule(range) { return .rule }
            if first != UInt8(ascii: "="), first != UInt8(ascii: "_"), second == 0x20 { return .item }
        case 0x30...0x39:
            let digits = range.prefix(4).prefix { ScalarKind.isDigit(UInt32(bytes[$0])) }.count
            let mark = range.lowerBound + digits
            if digits <= 3, mark + 1 < range.upperBound, bytes[mark] == 0x2e || bytes[mark] == 0x29,
                bytes[mark + 1] == 0x20
            {
                return .item
            }
        // Bullets: • ‣ ◦ ● ▪
        case 0xe2:
            if [0x2022, 0x2023, 0x25e6, 0x25cf, 0x25aa].contains(bytes.scalar(at: range.lowerBound).value) {
                return .item
            }
        default: break
        }
        return .text
    }

    private func isRule(_ range: Range<Int>) -> Bool {
        range.count >= 3 && range.count <= 200
            && range.allSatisfy { bytes[$0] == bytes[range.lowerBound] || bytes[$0] == 0x20 }
    }

    private func isUnderline(_ line: Line) -> Bool {
        bytes[line.range.lowerBound] == UInt8(ascii: "=") || bytes[line.range.lowerBound] == UInt8(ascii: "-")
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end {
            let (value, length) = bytes.scalar(at: start)
            guard ScalarKind.isWhitespace(value) else { break }
            start += length
        }
        while end > start {
            let last = bytes.scalarStart(before: end)
            guard ScalarKind.isWhitespace(bytes.scalar(at: last).value) else { break }
            end = last
        }
        return start..<end
    }
}
