/// Where the sentences of a text are, in its code points.
enum SentenceRanges {
    /// In order, without the white space around them.
    static func all(in scalars: some RandomAccessCollection<Unicode.Scalar>) -> [Range<Int>] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        var ranges: [Range<Int>] = []
        var (byte, position) = (0, 0)
        var lengths = scalars.lazy.map { UTF8.width($0) }.makeIterator()
        /// Positions come in order, so that the text is walked once.
        func scalar(ofByte target: Int) -> Int {
            while byte < target, let length = lengths.next() {
                byte += length
                position += 1
            }
            return position
        }
        for range in SentenceSplitter.ranges(in: String(text)) {
            let start = scalar(ofByte: range.lowerBound)
            ranges.append(start..<scalar(ofByte: range.upperBound))
        }
        return ranges
    }
}
