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
        var machine = MarkedSentenceMachine()
        var filter = ReasoningFilter()
        var shown: [Verifier.Supported] = []
        var dropped = 0
        var gaveUp = false
        var failure: HearthError?

        func check(_ sentences: [MarkedSentence]) async throws {
            for sentence in sentences where shown.count + dropped < LanguageLimits.sentences {
                if Self.saysItDoesNotKnow(sentence) {
                    gaveUp = true
                    continue
                }
                guard let supported = try await verifier.verify(sentence, passages: passages, question: asked) else {
                    dropped += 1
                    continue
                }
                tell(.text((shown.isEmpty ? "" : " ") + supported.text))
                shown.append(supported)
            }
        }
        var bytes = 0
        do {
            stream: for try await written in writer.write(prompt) {
                for piece in filter.add(written) {
                    switch piece {
                    case .text(let text):
                        bytes += text.utf8.count
                        try await check(machine.add(text))
                    case .reasoningBefore: machine = MarkedSentenceMachine()
                    }
                    if bytes > LanguageLimits.answerBytes || shown.count + dropped >= LanguageLimits.sentences {
                        break stream
                    }
                }
            }
            try await check(machine.add(filter.finish()) + machine.finish())
        } catch let error as HearthError where Self.isOfTheModel(error) {
            failure = error
        }
        try Task.checkCancellation()
        guard !shown.isEmpty else { return .unusable(Self.reason(failure, dropped: dropped, gaveUp: gaveUp)) }
        let mean = shown.reduce(0) { $0 + $1.support } / Double(shown.count)
        return .written(
            text: shown.map(\.text).joined(separator: " "), citations: shown.map(\.citation),
            support: mean * Double(shown.count) / Double(shown.count + dropped),
            notice: Self.notice(failure, dropped: dropped, tell: tell))
    }

    /// What the model's server did; failures of stores and of Hearth itself go on to the caller.
    private static func isOfTheModel(_ error: HearthError) -> Bool { ErrorCode.ofModelServers.contains(error.code) }

    private static func saysItDoesNotKnow(_ sentence: MarkedSentence) -> Bool {
        let words = Word.all(in: Array(sentence.text.unicodeScalars)).map(\.folded)
        return words == ["i", "don", "t", "know"] || words == ["i", "do", "not", "know"]
    }

    private static func reason(_ failure: HearthError?, dropped: Int, gaveUp: Bool) -> String {
        if let failure {
            return "The language model could not be used, so this is quoted from your documents. \(failure.message)"
        }
        if gaveUp { return "The language model found no answer in these passages; this is quoted from them." }
        return dropped > 0
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
