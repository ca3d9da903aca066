/// How much one question may cost.
package enum AnswerLimits {
    /// Of a question, in bytes of UTF-8.
    package static let question = 4096
    /// Passages read for one question.
    static let passages = 8
    /// Sentences of one passage that are weighed; passages of about 200 tokens have far fewer.
    static let sentencesPerPassage = 40
    /// Code points of a passage that are read.
    static let passageLength = 20_000
    /// Sentences whose meaning is compared with the question's: the best by their words.
    static let comparedSentences = 32
    /// Sentences that an extractive answer joins.
    static let answerSentences = 2
    /// Further places cited that say a sentence of the answer in the same words.
    static let twins = 2
    /// Sources named when Hearth does not know.
    static let nearest = 3
    /// Different words of a question that count.
    static let questionWords = 24
    /// Passages counted for one word: a word in more is common enough.
    static let countedPassages = 1000
    /// Turns looked back through for what a follow-up question is about.
    static let recalledTurns = 5
    /// Events of a streamed answer that wait for a slow reader.
    static let waitingEvents = 256
}
