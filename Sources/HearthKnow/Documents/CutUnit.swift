/// What a passage is made of: a sentence with the headings above it, or a part of a very long one.
struct CutUnit {
    var range: Range<Int>
    var tokens: Int
    /// Of what stands between it and the unit before.
    var gapTokens: Int
    var startsParagraph: Bool
    var startsWithHeading: Bool
}

enum CutUnits {
    static func units(of bytes: UnsafeBufferPointer<UInt8>) -> [CutUnit] {
        var units: [CutUnit] = []
        var end = 0
        /// Headings that wait for a sentence.
        var waiting: CutUnit?
        func append(_ unit: CutUnit) {
            units.append(unit)
            end = unit.range.upperBound
        }
        func gap(_ start: Int) -> Int { TokenEstimate.count(bytes, in: end..<start) }
        for sentence in SentenceSplitter.sentences(in: bytes) {
            let isHeading = sentence.role == .heading
            for (index, piece) in pieces(of: sentence.range, in: bytes).enumerated() {
                var unit = CutUnit(
                    range: piece.range, tokens: piece.tokens, gapTokens: gap(piece.range.lowerBound),
                    startsParagraph: index == 0 && sentence.startsParagraph, startsWithHeading: isHeading && index == 0)
                if let above = waiting {
                    let between = TokenEstimate.count(bytes, in: above.range.upperBound..<unit.range.lowerBound)
                    let joined = above.range.lowerBound..<unit.range.upperBound
                    let tokens = above.tokens + between + unit.tokens
                    let isAllowed =
                        isHeading
                        ? tokens <= PassageCutter.maximumHeadingTokens
                            && joined.count <= PassageCutter.maximumSentenceBytes
                        : tokens <= PassageCutter.maximumTokens - PassageCutter.joinTokens
                            && joined.count <= PassageCutter.maximumBytes
                    if isAllowed {
                        unit = CutUnit(
                            range: joined, tokens: tokens, gapTokens: above.gapTokens, startsParagraph: true,
                            startsWithHeading: true)
                    } else {
                        append(above)
                        unit.gapTokens = between
                    }
                    waiting = nil
                }
                if isHeading, unit.tokens <= PassageCutter.maximumHeadingTokens {
                    waiting = unit
                } else {
                    append(unit)
                }
            }
        }
        if let waiting { append(waiting) }
        return units
    }

    private typealias Piece = (range: Range<Int>, tokens: Int)

    /// The sentence, or parts of it that keep the limits: cut behind a comma or the like, else at a blank, else between
    /// two characters.
    private static func pieces(of range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> [Piece] {
        let whole = TokenEstimate.count(bytes, in: range)
        let most = PassageCutter.maximumSentenceTokens
        if whole <= most, range.count <= PassageCutter.maximumSentenceBytes { return [(range, whole)] }
        let parts = (whole + most - 1) / most
        // Some room, so that a good border is found before the limit.
        let limit = min(most, whole / max(1, parts) + most / 8)
        var pieces: [Piece] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = pieceEnd(start..<range.upperBound, limit: limit, in: bytes)
            var last = end
            while last > start, ScalarKind.isWhitespace(bytes.scalar(at: bytes.scalarStart(before: last)).value) {
                last = bytes.scalarStart(before: last)
            }
            if last > start { pieces.append((start..<last, TokenEstimate.count(bytes, in: start..<last))) }
            start = end
            while start < range.upperBound {
                let (value, length) = bytes.scalar(at: start)
                guard ScalarKind.isWhitespace(value) else { break }
                start += length
            }
        }
        return pieces
    }

    private static func pieceEnd(_ range: Range<Int>, limit: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var counter = TokenEstimate.Counter()
        var clause: Int?
        var blank: Int?
        var safe: Int?
        var offset = range.lowerBound
        while offset < range.upperBound {
            let (value, length) = bytes.scalar(at: offset)
            if offset > range.lowerBound {
                if ScalarKind.isWhitespace(value) {
                    // Not so early that cutting goes forward in small steps.
                    if counter.total >= limit / 4 || offset - range.lowerBound >= PassageCutter.maximumSentenceBytes / 4
                    {
                        blank = offset
                        let before = bytes.scalar(at: bytes.scalarStart(before: offset)).value
                        if isClauseMark(before), counter.total >= limit / 2 { clause = offset }
                    }
                } else if isWideClauseMark(bytes.scalar(at: bytes.scalarStart(before: offset)).value),
                    counter.total >= limit / 2
                {
                    clause = offset
                }
                if !ScalarKind.isExtending(value), !isJoiner(before: offset, in: bytes) { safe = offset }
            }
            counter.take(value)
            if counter.total > limit || offset + length - range.lowerBound > PassageCutter.maximumSentenceBytes {
                // A cluster longer than the limit is cut where the limit is.
                return clause ?? blank ?? safe ?? max(offset, range.lowerBound + length)
            }
            offset += length
        }
        return range.upperBound
    }

    private static func isJoiner(before offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.scalar(at: bytes.scalarStart(before: offset)).value == 0x200d
    }

    /// , ; : – — ) and the Arabic ones.
    private static func isClauseMark(_ value: UInt32) -> Bool {
        [0x2c, 0x3b, 0x3a, 0x2013, 0x2014, 0x29, 0x060c, 0x061b].contains(value)
    }

    /// ，、；：
    private static func isWideClauseMark(_ value: UInt32) -> Bool { [0xff0c, 0x3001, 0xff1b, 0xff1a].contains(value) }
}
