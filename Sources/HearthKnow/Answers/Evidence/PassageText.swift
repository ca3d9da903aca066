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
                asks: SentenceForm.asks(scalars[range], words))
        }
        Replies.find(in: &sentences, scalars, below: found.passage.index == 0 ? found.document.title : "")
        self.sentences = sentences
    }

    /// Whether a sentence is the document's title standing above what it tells: it says what it is about, and nothing of it.
    func isHeading(_ index: Int) -> Bool {
        guard index == 0, found.passage.index == 0, sentences.count > 1, let last = sentences[0].words.last else {
            return false
        }
        let rest = scalars[last.range.upperBound..<sentences[1].range.lowerBound]
        guard rest.contains("\n"), rest.allSatisfy(\.properties.isWhitespace) else { return false }
        let title = Word.all(in: Array(found.document.title.unicodeScalars))
        return sentences[0].words.map(\.folded) == title.map(\.folded)
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
