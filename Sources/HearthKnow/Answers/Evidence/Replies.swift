/// Finds what stands where the reply to a question stands.
///
/// A reply needs its question to be understood: "Under the blue pot." It is one of the two sentences behind the question. A mail
/// quotes the question with ">" and replies below, or, when nothing stands below, above. Greetings do not count.
enum Replies {
    /// `title` is asked first when it is a question.
    static func find(in sentences: inout [PassageText.Sentence], _ scalars: [Unicode.Scalar], below title: String) {
        let own = sentences.indices.filter { index in
            !SentenceForm.isCourtesy(sentences[index].words) && !isQuoted(sentences[index], scalars)
        }
        let titleScalars = Array(title.unicodeScalars)
        let titleWords = Word.all(in: titleScalars)
        if SentenceForm.asks(titleScalars, titleWords) {
            give(.init(text: title, words: titleWords), to: own.prefix(nextSentences), in: &sentences)
        }
        for index in sentences.indices where sentences[index].asks {
            let question = PassageText.Sentence.Question(
                text: String(String.UnicodeScalarView(scalars[sentences[index].range])), words: sentences[index].words)
            let below = own.filter { $0 > index }
            if below.isEmpty, isQuoted(sentences[index], scalars) {
                // "On Monday Ada wrote:" introduces the quotation.
                let above = own.filter { $0 < index && scalars[sentences[$0].range].last != ":" }
                give(question, to: above.suffix(previousSentences), in: &sentences)
            } else {
                give(question, to: below.prefix(nextSentences), in: &sentences)
            }
        }
    }

    private static func give(
        _ question: PassageText.Sentence.Question, to places: some Sequence<Int>,
        in sentences: inout [PassageText.Sentence]
    ) {
        // Behind another question stands the reply to that one.
        for place in places {
            guard !sentences[place].asks else { break }
            sentences[place].question = question
        }
    }

    private static func isQuoted(_ sentence: PassageText.Sentence, _ scalars: [Unicode.Scalar]) -> Bool {
        scalars[sentence.range].first == ">"
    }

    private static let nextSentences = 2
    private static let previousSentences = 3
}
