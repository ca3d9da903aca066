/// Finds what stands where the reply to a question stands.
///
/// A reply needs its question to be understood: "Under the blue pot." It is one of the two sentences behind the question. A mail
/// quotes the question with ">" and replies below, or, when nothing stands below, above.
enum Replies {
    /// `title` is asked first when it is a question.
    static func find(in sentences: inout [PassageText.Sentence], _ scalars: [Unicode.Scalar], below title: String) {
        let titleScalars = Array(title.unicodeScalars)
        let titleWords = Word.all(in: titleScalars)
        if SentenceForm.asks(titleScalars, titleWords) {
            give(.init(text: title, words: titleWords), to: sentences.indices.prefix(nextSentences), in: &sentences)
        }
        for index in sentences.indices where sentences[index].asks {
            let question = PassageText.Sentence.Question(
                text: String(String.UnicodeScalarView(scalars[sentences[index].range])), words: sentences[index].words)
            guard isQuoted(sentences[index], scalars) else {
                give(question, to: sentences.indices[(index + 1)...].prefix(nextSentences), in: &sentences)
                continue
            }
            let below = sentences.indices[(index + 1)...].filter { !isQuoted(sentences[$0], scalars) }
            if below.isEmpty {
                let above = sentences.indices[..<index].filter {
                    !isQuoted(sentences[$0], scalars) && scalars[sentences[$0].range].last != ":"
                }
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
