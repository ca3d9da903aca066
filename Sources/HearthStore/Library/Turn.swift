package import HearthCore

/// One question and its answer.
package struct Turn: Sendable, Hashable {
    /// Who put the answer into words.
    package enum Author: String, Sendable, Hashable, CaseIterable { case extractive, model }

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
    /// When not answered: the sentences that came nearest, best first.
    package var nearest: [Citation]
    /// nil for turns of a version that did not keep it.
    package var author: Author?
    /// What did not go as configured, as the person was told.
    package var notice: String?
    /// Of the question; nil without a model.
    package var embedding: [Float]?

    package init(
        id: UniqueID, session: UniqueID, person: UniqueID, timestamp: Timestamp, user: String, assistant: String,
        confidence: Double, answered: Bool, citations: [Citation], nearest: [Citation] = [], author: Author?,
        notice: String? = nil, embedding: [Float]? = nil
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
        self.nearest = nearest
        self.author = author
        self.notice = notice
        self.embedding = embedding
    }
}

extension Turn {
    /// Ids of the cited passages, each once, in the order of the citations.
    package var citedPassages: [UniqueID] { citations.passages }
}

extension [Citation] {
    /// Ids of the passages, each once, in order.
    package var passages: [UniqueID] {
        var seen: Set<UniqueID> = []
        return map(\.passage).filter { seen.insert($0).inserted }
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
