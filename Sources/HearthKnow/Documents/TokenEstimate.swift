/// How many pieces a WordPiece tokenizer with an English vocabulary of 30,000 makes of a text, about: what bounds a
/// passage, since encoders of the BERT family read 256 and ignore the rest. It counts rather too many than too few.
package enum TokenEstimate {
    package static func count(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { count($0, in: 0..<$0.count) }
    }

    /// Of a range of bytes that begins and ends between scalars.
    static func count(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) -> Int {
        var counter = Counter()
        var offset = range.lowerBound
        while offset < range.upperBound {
            let (value, length) = bytes.scalar(at: offset)
            counter.take(value)
            offset += length
        }
        return counter.total
    }

    /// Counts while a text is walked, so that cutting takes linear time.
    struct Counter {
        private var done = 0
        private var word = Word.none
        private var length = 0

        private enum Word { case none, latin, other, digits }

        /// Including the word that is not over yet.
        var total: Int {
            switch word {
            case .none: done
            // Words of up to seven letters are in the vocabulary as a rule; behind them a piece has some three letters.
            case .latin: done + 1 + max(0, length - 5) / 3
            // Alphabets of which the vocabulary knows little more than the letters.
            case .other: done + 1 + length / 3
            case .digits: done + (length <= 4 ? 1 : (length + 1) / 2)
            }
        }

        mutating func take(_ value: UInt32) {
            if ScalarKind.isDigit(value) {
                join(.digits)
            } else if ScalarKind.isWhitespace(value) {
                close()
            } else if value < 0x80 {
                if ScalarKind.isLetter(value) { join(.latin) } else { single() }
            } else if ScalarKind.isUnspaced(value) {
                single()
            } else if ScalarKind.isExtending(value) {
                if word == .none { single() } else { length += 1 }
            } else if ScalarKind.isLetter(value) {
                join(value < 0x250 ? .latin : .other)
            } else {
                single()
            }
        }

        private mutating func join(_ kind: Word) {
            // Letters of two alphabets in one word count as the costlier one.
            if word == kind || (word == .other && kind == .latin) {
                length += 1
            } else {
                close()
                word = kind
                length = 1
            }
        }

        private mutating func single() {
            close()
            done += 1
        }

        private mutating func close() {
            done = total
            word = .none
            length = 0
        }
    }
}
