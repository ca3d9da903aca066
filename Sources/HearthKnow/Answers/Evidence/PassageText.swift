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
    }

    init(_ found: FoundPassage) {
        self.found = found
        let scalars = Array(found.passage.text.unicodeScalars.prefix(AnswerLimits.passageLength))
        self.scalars = scalars
        sentences = SentenceRanges.all(in: scalars).prefix(AnswerLimits.sentencesPerPassage).map { range in
            let words = Word.all(in: scalars[range], from: range.lowerBound)
            return Sentence(range: range, words: words, stems: Set(words.map(\.stem)))
        }
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
