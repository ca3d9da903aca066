package import HearthCore

/// One question and its answer.
package struct Turn: Sendable, Hashable {
    package var id: UniqueID
    package var session: UniqueID
    package var person: UniqueID
    package var timestamp: Timestamp
    package var user: String
    package var assistant: String
    /// 0 to 1: how likely the answer is right.
    package var confidence: Double
    package var answered: Bool
    package var citations: [Citation]
    /// Of the question; nil without a model.
    package var embedding: [Float]?

    package init(
        id: UniqueID, session: UniqueID, person: UniqueID, timestamp: Timestamp, user: String, assistant: String,
        confidence: Double, answered: Bool, citations: [Citation], embedding: [Float]? = nil
    ) {
        self.id = id
        self.session = session
        self.person = person
        self.timestamp = timestamp
        self.user = user
        self.assistant = assistant
        self.confidence = confidence
        self.answered = answered
        self.citations = citations
        self.embedding = embedding
    }
}

/// A range of a stored passage that supports a sentence of an answer.
package struct Citation: Sendable, Hashable {
    package var passage: UniqueID
    package var document: UniqueID
    package var title: String
    /// In Unicode code points of the passage's text; `end` is exclusive.
    package var start: Int
    package var end: Int
    /// Equals that range, always.
    package var quote: String

    package init(passage: UniqueID, document: UniqueID, title: String, start: Int, end: Int, quote: String) {
        self.passage = passage
        self.document = document
        self.title = title
        self.start = start
        self.end = end
        self.quote = quote
    }
}

package struct SessionHead: Sendable, Hashable {
    package var id: UniqueID
    package var started: Timestamp
    package var last: Timestamp
    package var turns: Int
    /// Its first question.
    package var title: String

    package init(id: UniqueID, started: Timestamp, last: Timestamp, turns: Int, title: String) {
        self.id = id
        self.started = started
        self.last = last
        self.turns = turns
        self.title = title
    }
}

/// A question that what is stored does not answer.
package struct Gap: Sendable, Hashable {
    package var id: UniqueID
    package var person: UniqueID
    package var turn: UniqueID?
    package var question: String
    package var confidence: Double
    package var openedAt: Timestamp
    /// How often it was asked.
    package var count: Int

    package init(
        id: UniqueID, person: UniqueID, turn: UniqueID?, question: String, confidence: Double, openedAt: Timestamp,
        count: Int = 1
    ) {
        self.id = id
        self.person = person
        self.turn = turn
        self.question = question
        self.confidence = confidence
        self.openedAt = openedAt
        self.count = count
    }
}
