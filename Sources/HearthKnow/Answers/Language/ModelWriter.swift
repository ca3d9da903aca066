import HearthCore
import HearthModelServers
import HearthStore

/// Has a language model write, and lets only what the passages support through.
struct ModelWriter: Sendable {
    enum Outcome: Sendable {
        /// `support`: 0 to 1, the mean over the sentences shown, less for each that was dropped.
        case written(text: String, citations: [Citation], support: Double, notice: String?)
        /// Why the answer is quoted instead; a sentence for the person.
        case unusable(String)
    }

    let writer: any AnswerWriter
    let verifier: Verifier

    func write(
        _ query: String, turns: [Turn], evidence: Evidence, tell: (AnswerEvent) -> Void
    ) async throws -> Outcome {
        let passages = Array(evidence.passages.prefix(LanguageLimits.passages).map(\.text))
        let prompt = AnswerPrompt(question: query, turns: turns, passages: passages.map(\.found))
        let asked = Word.all(in: Array(query.unicodeScalars))
        var filter = ReasoningFilter()
        var draft = Draft()
        var failure: HearthError?

        func check(_ sentences: [MarkedSentence]) async throws {
            for sentence in sentences where draft.hasRoom {
                if Self.saysItDoesNotKnow(sentence) {
                    draft.gaveUp = true
                } else if let supported = try await verifier.verify(sentence, passages: passages, question: asked) {
                    draft.shown.append(supported)
                } else {
                    draft.dropped += 1
                }
            }
        }
        do {
            for try await written in writer.write(prompt) {
                for piece in filter.add(written) {
                    switch piece {
                    // What is too much is read all the same: the end of a reasoning may come behind it.
                    case .text(let text): if draft.isRead { try await check(draft.add(text)) }
                    case .reasoningBefore: draft = Draft()
                    }
                }
            }
            try await check(draft.add(filter.finish()) + draft.machine.finish())
        } catch let error as HearthError where Self.isOfTheModel(error) {
            failure = error
        }
        try Task.checkCancellation()
        guard !draft.shown.isEmpty else { return .unusable(Self.reason(failure, draft)) }
        // Only now: until its end, all of a text may turn out to have been reasoning.
        for (index, supported) in draft.shown.enumerated() { tell(.text((index == 0 ? "" : " ") + supported.text)) }
        let mean = draft.shown.reduce(0) { $0 + $1.support } / Double(draft.shown.count)
        return .written(
            text: draft.shown.map(\.text).joined(separator: " "), citations: draft.shown.map(\.citation),
            support: mean * Double(draft.shown.count) / Double(draft.shown.count + draft.dropped),
            notice: Self.notice(failure, dropped: draft.dropped, tell: tell))
    }

    /// What came of the text so far.
    private struct Draft {
        var machine = MarkedSentenceMachine()
        var shown: [Verifier.Supported] = []
        var dropped = 0
        var gaveUp = false
        var bytes = 0

        var hasRoom: Bool { shown.count + dropped < LanguageLimits.sentences }
        /// Whether more text would be looked at.
        var isRead: Bool { hasRoom && bytes <= LanguageLimits.answerBytes }

        /// Sentences that are complete now.
        mutating func add(_ text: String) -> [MarkedSentence] {
            bytes += text.utf8.count
            return machine.add(text)
        }
    }

    /// What the model's server did; failures of stores and of Hearth itself go on to the caller.
    private static func isOfTheModel(_ error: HearthError) -> Bool { ErrorCode.ofModelServers.contains(error.code) }

    private static func saysItDoesNotKnow(_ sentence: MarkedSentence) -> Bool {
        let words = Word.all(in: Array(sentence.text.unicodeScalars)).map(\.folded)
        return words == ["i", "don", "t", "know"] || words == ["i", "do", "not", "know"]
    }

    private static func reason(_ failure: HearthError?, _ draft: Draft) -> String {
        if let failure {
            return "The language model could not be used, so this is quoted from your documents. \(failure.message)"
        }
        if draft.gaveUp { return "The language model found no answer in these passages; this is quoted from them." }
        return draft.dropped > 0
            ? "What the language model wrote is not supported by your documents, so this is quoted from them."
            : "The language model wrote no answer, so this is quoted from your documents."
    }

    private static func notice(_ failure: HearthError?, dropped: Int, tell: (AnswerEvent) -> Void) -> String? {
        var parts: [String] = []
        if let failure { parts.append("The language model's answer is incomplete. \(failure.message)") }
        if dropped > 0 {
            parts.append(
                dropped == 1
                    ? "One sentence that your documents do not support was left out."
                    : "\(dropped) sentences that your documents do not support were left out.")
        }
        guard !parts.isEmpty else { return nil }
        let notice = parts.joined(separator: " ")
        tell(.notice(notice))
        return notice
    }
}
