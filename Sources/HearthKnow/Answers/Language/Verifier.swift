import HearthCore
import HearthInference
import HearthStore

/// Compares what a language model wrote with the passages it had. A sentence stays when a sentence of a passage, or two
/// that follow each other, support it: all its words of content, numbers, units and names are there, nothing is denied that is told
/// or told that is denied, the roles are the same, and, with vectors, the two are near in meaning. Nothing that a document
/// says can change these rules.
struct Verifier: Sendable {
    struct Supported: Sendable, Hashable {
        var text: String
        var citation: Citation
        /// 0 to 1.
        var support: Double
    }

    private let embedder: (any TextEmbedder)?

    init(embedder: (any TextEmbedder)?) { self.embedder = embedder }

    /// Nil: no passage supports it. Looks at the passages that the sentence names first, then at the others: a model may
    /// miscount, and the citation is that of the best support.
    func verify(_ sentence: MarkedSentence, passages: [PassageText], question: [Word]) async throws -> Supported? {
        let known = Set(question.map(\.stem))
        let scalars = Array(sentence.text.unicodeScalars)
        let words = Word.all(in: scalars)
        let kind = QuestionKind(question, QuestionLanguage.of(question))
        let claim = ClaimSupport(
            claim: ClaimText(words, scalars, language: QuestionLanguage.of(words)), known: known)
        // What only says the question again is supported by anything that is about it.
        guard !SentenceForm.repeats(words, known: known, kind: kind), kind == .decision || claim.tellsSomething else {
            return nil
        }
        let named = sentence.numbers.filter { $0 >= 1 && $0 <= passages.count }.map { $0 - 1 }
        let rest = passages.indices.filter { !named.contains($0) }
        for group in [named, Array(rest)] {
            guard let best = Self.best(claim, in: group.map { passages[$0] }) else { continue }
            let citation = best.passage.citation(best.range)
            if let near = try await similarity(sentence.text, citation.quote), near < Self.leastSimilarity { continue }
            return Supported(text: sentence.text, citation: citation, support: best.coverage)
        }
        return nil
    }

    /// Nil without a model. One that turns out to be damaged is as good as none: the words were compared already.
    private func similarity(_ left: String, _ right: String) async throws -> Float? {
        guard let embedder else { return nil }
        do {
            let vectors = try await embedder.embed([left, right], priority: .interactive)
            guard vectors.count == 2 else { return 0 }
            return zip(vectors[0], vectors[1]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        } catch let error as HearthError where ErrorCode.ofModels.contains(error.code) {
            return nil
        }
    }

    private static func best(
        _ claim: ClaimSupport, in passages: [PassageText]
    ) -> (passage: PassageText, range: Range<Int>, coverage: Double)? {
        var best: (passage: PassageText, range: Range<Int>, coverage: Double)?
        for passage in passages {
            let title = Set(Word.all(in: Array(passage.found.document.title.unicodeScalars)).map(\.stem))
            let stems = passage.sentences.reduce(into: Set<String>()) { if !$1.asks { $0.formUnion($1.stems) } }
            for (index, sentence) in passage.sentences.enumerated() where supports(sentence) {
                let context = ClaimSupport.Context(
                    title: title, replied: Set(sentence.question?.words.map(\.stem) ?? []), passage: stems)
                // One sentence, or it with the one before.
                for first in [index, index - 1] where first >= 0 && supports(passage.sentences[first]) {
                    let words = passage.sentences[first...index].flatMap(\.words)
                    let text = ClaimText(words, passage.scalars, language: QuestionLanguage.of(words))
                    guard let coverage = claim.measure(text, in: context),
                        coverage > (best?.coverage ?? 0) + (first < index ? preference : 0)
                    else { continue }
                    best = (passage, passage.sentences[first].range.lowerBound..<sentence.range.upperBound, coverage)
                }
            }
        }
        return best
    }

    /// A sentence that asks, or orders what to answer, supports no claim, alone or with another.
    private static func supports(_ sentence: PassageText.Sentence) -> Bool { !sentence.asks && sentence.order == nil }

    /// By how much two sentences must support a claim better than one.
    private static let preference = 0.1
    /// Inner product of the two sentences' vectors.
    static let leastSimilarity: Float = 0.35
}
