package import HearthCore
package import HearthStore

/// A turn as a line of the journal and of the data sets made from it.
package enum TurnRecord {
    /// `{"id","session","ts","user","assistant","confidence","cite_ids","embedding","answered","person"}`.
    package static func value(_ turn: Turn) -> JSONValue {
        [
            "id": .string(turn.id.description),
            "session": .string(turn.session.description),
            "ts": .string(turn.timestamp.description),
            "user": .string(turn.user),
            "assistant": .string(turn.assistant),
            "confidence": .real(turn.confidence),
            "cite_ids": .array(turn.citedPassages.map { .string($0.description) }),
            "embedding": turn.embedding.map { .array($0.map { .real(Double($0)) }) } ?? .null,
            "answered": .bool(turn.answered),
            "person": .string(turn.person.description),
        ]
    }
}
