import HearthStore

/// A passage taken apart: its code points and its sentences with their words.
struct PassageText: Sendable {
    let found: FoundPassage
    let scalars: [Unicode.Scalar]
    let sentences: [Sentence]

    struct Sentence: Sendable {
        /// In code points of the passage.
        var range: Range<Int>
        var words: [Word]
        var stems: Set<String>
        /// Asks, and therefore answers nothing.
        var asks = false
        /// Orders what to answer.
        var order: ReaderOrder?
        /// To which it may be the reply: it is read together with that.
        var question: Question?

        struct Question: Sendable {
            var text: String
            var words: [Word]
        }
    }

    init(_ found: FoundPassage) {
        self.found = found
        let scalars = Array(found.passage.text.unicodeScalars.prefix(AnswerLimits.passageLength))
        self.scalars = scalars
        var sentences = SentenceRanges.all(in: scalars).prefix(AnswerLimits.sentencesPerPassage).map { range in
            let words = Word.all(in: scalars[range], from: range.lowerBound)
            return Sentence(
                range: range, words: words, stems: Set(words.map(\.stem)),
                asks: SentenceForm.asks(scalars[range], words), order: ReaderOrder(words))
        }
        Replies.find(in: &sentences, scalars, below: found.passage.index == 0 ? found.document.title : "")
        self.sentences = sentences
    }

    func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    /// A citation of a range of this passage.
    func citation(_ range: Range<Int>) -> Citation { Citation(quoting: found, range: range, text: text(range)) }
}

extension Citation {
    /// The only way in which citations are made here: `text` is cut from the passage by the same range.
    fileprivate init(quoting found: FoundPassage, range: Range<Int>, text: String) {
        self.init(
            passage: found.passage.id, document: found.passage.document, title: found.document.title,
            start: range.lowerBound, end: range.upperBound, quote: text)
    }
}
