package import HearthCore
package import HearthStore

/// What Hearth says to a question. It is stored as a turn before anyone sees it whole.
package struct Answer: Sendable, Hashable {
    /// One sentence or two of the person's own documents, or what a language model wrote and the verifier let pass; or
    /// that Hearth does not know.
    package var text: String
    /// 0 to 1: how likely the answer is right, measured on held-out questions.
    package var confidence: Double
    package var answered: Bool
    /// In the order of the sentences they support. Empty when not answered.
    package var citations: [Citation]
    /// When not answered: the sentences that came nearest, best first.
    package var nearest: [Citation]
    package var author: Turn.Author
    /// What did not go as configured, for the person to see: a language model that could not be used, for one.
    package var notice: String?
    package var session: UniqueID
    package var turn: UniqueID

    package init(
        text: String, confidence: Double, answered: Bool, citations: [Citation], nearest: [Citation],
        author: Turn.Author,
        notice: String? = nil, session: UniqueID, turn: UniqueID
    ) {
        self.text = text
        self.confidence = confidence
        self.answered = answered
        self.citations = citations
        self.nearest = nearest
        self.author = author
        self.notice = notice
        self.session = session
        self.turn = turn
    }

    /// Ids of the cited passages, each once, in the order of the citations.
    package var citedPassages: [UniqueID] { citations.passages }
}

/// What a stream of an answer tells, in this order: sources, then sentences and notices, then the whole.
package enum AnswerEvent: Sendable, Hashable {
    /// The best sentence of each passage that was read for the answer, best first.
    case sources([Citation])
    /// The next piece of the text; all pieces joined are the answer's text.
    case text(String)
    case notice(String)
    /// The answer, stored and journalled.
    case done(Answer)
}
