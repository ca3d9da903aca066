package import HearthCore
package import HearthStore

/// Answers as JSON: what `POST /chat` sends, whole or as events.
package enum AnswerRendering {
    /// `{"answer","confidence","answered","cite_ids","citations","nearest","author","notice","session","turn_id"}`.
    package static func value(_ answer: Answer) -> JSONValue {
        [
            "answer": .string(answer.text),
            "confidence": .real(answer.confidence),
            "answered": .bool(answer.answered),
            "cite_ids": .array(answer.citedPassages.map { .string($0.description) }),
            "citations": .array(answer.citations.map(self.value)),
            "nearest": .array(answer.nearest.map(self.value)),
            "author": .string(answer.author.rawValue),
            "notice": answer.notice.map(JSONValue.string) ?? .null,
            "session": .string(answer.session.description),
            "turn_id": .string(answer.turn.description),
        ]
    }

    /// A stored turn: its question and time, and its answer with the members it had when it was given.
    package static func value(_ turn: Turn) -> JSONValue {
        [
            "turn_id": .string(turn.id.description), "session": .string(turn.session.description),
            "timestamp": .string(turn.timestamp.description), "query": .string(turn.user),
            "answer": .string(turn.assistant), "confidence": .real(turn.confidence),
            "answered": .bool(turn.answered),
            "cite_ids": .array(turn.citedPassages.map { .string($0.description) }),
            "citations": .array(turn.citations.map(self.value)), "nearest": .array(turn.nearest.map(self.value)),
            "author": turn.author.map { .string($0.rawValue) } ?? .null,
            "notice": turn.notice.map(JSONValue.string) ?? .null,
        ]
    }

    /// `{"passage_id","document_id","title","start","end","quote"}`; the range counts code points of the passage.
    package static func value(_ citation: Citation) -> JSONValue {
        [
            "passage_id": .string(citation.passage.description),
            "document_id": .string(citation.document.description),
            "title": .string(citation.title),
            "start": .integer(Int64(citation.start)),
            "end": .integer(Int64(citation.end)),
            "quote": .string(citation.quote),
        ]
    }

    /// One event of a text/event-stream body: `sources` (an array of citations), `text` ({"text"}), `notice` ({"text"}),
    /// `done` (the whole answer).
    package static func event(_ event: AnswerEvent) -> String {
        let (name, data): (String, JSONValue) =
            switch event {
            case .sources(let citations): ("sources", .array(citations.map(value)))
            case .text(let text): ("text", ["text": .string(text)])
            case .notice(let text): ("notice", ["text": .string(text)])
            case .done(let answer): ("done", value(answer))
            }
        // JSON text holds no line ends of its own, so that one line is one event's data.
        return "event: \(name)\ndata: \(data.text)\n\n"
    }

    /// The event that ends a stream which failed after its head was sent.
    package static func event(_ error: HearthError) -> String {
        let data: JSONValue = [
            "code": .string(error.code.text), "detail": .string(error.message),
            "hint": error.hint.map(JSONValue.string) ?? .null,
        ]
        return "event: error\ndata: \(data.text)\n\n"
    }
}
