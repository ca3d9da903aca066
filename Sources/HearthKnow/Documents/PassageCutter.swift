package import HearthCore
package import HearthStore

/// Cuts a text into passages of about 200 tokens on borders of sentences, of about the same size, sooner at the end of
/// a paragraph and sooner still before a heading. A heading stays with what follows it. Passages do not overlap; what
/// stands between two is blanks, line ends and rules. The same text is always cut the same way, in linear time.
package struct PassageCutter: Sendable {
    /// No passage is longer, by `TokenEstimate`: encoders of the BERT family read this much.
    package static let maximumTokens = 256
    /// No passage is longer, in bytes of UTF-8.
    package static let maximumBytes = 8192

    static let targetTokens = 200
    /// Of one sentence; a longer one is cut.
    static let maximumSentenceTokens = 200
    static let maximumSentenceBytes = 4096
    /// Of the headings above a sentence, together.
    static let maximumHeadingTokens = maximumTokens - maximumSentenceTokens - joinTokens
    /// What a text may count more than its parts do when a word was cut in two.
    static let joinTokens = 4
    /// A passage may end at a paragraph from this share of its size on, and before a heading from that one on.
    private static let paragraphShare = 0.6
    private static let headingShare = 0.35

    package init() {}

    /// Where the passages are, in bytes of the text's UTF-8, in order.
    package func ranges(in text: String) -> [Range<Int>] {
        var text = text
        return text.withUTF8 { Self.group(CutUnits.units(of: $0)) }
    }

    /// Passages of a version of a document; `document.text[offset..<offset + length]` in UTF-8 is each one's text.
    package func passages(
        of document: UniqueID, version: Int, text: String, spoken: [SpokenRange] = [], at time: Timestamp
    ) -> [Passage] {
        var text = text
        return text.withUTF8 { bytes in
            var heard = spoken[...]
            return Self.group(CutUnits.units(of: bytes)).enumerated().map { index, range in
                Passage(
                    id: .random(at: time), document: document, version: version, index: index,
                    offset: range.lowerBound, text: String(decoding: bytes[range], as: UTF8.self),
                    spoken: Self.seconds(in: range, &heard))
            }
        }
    }

    private static func group(_ units: [CutUnit]) -> [Range<Int>] {
        var remaining = units.reduce(0) { $0 + $1.tokens + $1.gapTokens }
        var ranges: [Range<Int>] = []
        var current: Range<Int>?
        var tokens = 0
        var target = share(of: remaining)
        for unit in units {
            if let range = current {
                let sum = tokens + unit.gapTokens + unit.tokens
                let grown = range.lowerBound..<unit.range.upperBound
                let isFull = sum > maximumTokens - joinTokens || grown.count > maximumBytes
                if isFull || endsHere(tokens: tokens, sum: sum, target: target, before: unit) {
                    ranges.append(range)
                    current = nil
                } else {
                    current = grown
                    tokens = sum
                }
            }
            if current == nil {
                current = unit.range
                tokens = unit.tokens
                target = share(of: remaining)
            }
            remaining -= unit.tokens + unit.gapTokens
        }
        if let current { ranges.append(current) }
        return ranges
    }

    /// The size that makes what is left into passages of one size.
    private static func share(of tokens: Int) -> Int {
        if tokens <= maximumTokens - joinTokens { return maximumTokens }
        return tokens / max(2, (tokens + targetTokens / 2) / targetTokens)
    }

    private static func endsHere(tokens: Int, sum: Int, target: Int, before unit: CutUnit) -> Bool {
        if target == maximumTokens { return false }
        let reached = Double(tokens) / Double(target)
        if unit.startsWithHeading, reached >= headingShare { return true }
        if unit.startsParagraph, reached >= paragraphShare { return true }
        // Past the target: whichever of the two borders is nearer to it.
        return sum > target && sum - target >= target - tokens
    }

    /// Of the words that lie in `range`; words before it are dropped from `heard`.
    private static func seconds(in range: Range<Int>, _ heard: inout ArraySlice<SpokenRange>) -> ClosedRange<Double>? {
        while let first = heard.first, first.bytes.upperBound <= range.lowerBound { heard.removeFirst() }
        var found: ClosedRange<Double>?
        for word in heard {
            if word.bytes.lowerBound >= range.upperBound { break }
            let start = min(found?.lowerBound ?? word.seconds.lowerBound, word.seconds.lowerBound)
            let end = max(found?.upperBound ?? word.seconds.upperBound, word.seconds.upperBound)
            found = start...end
        }
        return found
    }
}

/// When a part of a recording's text was said.
package struct SpokenRange: Sendable, Hashable {
    /// In the text's UTF-8.
    package var bytes: Range<Int>
    /// From the start of the recording.
    package var seconds: ClosedRange<Double>

    package init(bytes: Range<Int>, seconds: ClosedRange<Double>) {
        self.bytes = bytes
        self.seconds = seconds
    }
}
