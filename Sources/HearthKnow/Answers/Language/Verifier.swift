import HearthInference
import HearthStore

/// Compares what a language model wrote with the passages it had. A sentence stays when a sentence of a passage
/// supports it: most of its content words are there, all its numbers and names are, and, with vectors, the two are near in
/// meaning. Nothing that a document says can change these rules.
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
    func verify(_ sentence: MarkedSentence, passages: [PassageText], question: Set<String>) async throws -> Supported? {
        let claim = Claim(sentence.text, question: question)
        guard !claim.content.isEmpty else { return nil }
        let named = sentence.numbers.filter { $0 >= 1 && $0 <= passages.count }.map { $0 - 1 }
        let rest = passages.indices.filter { !named.contains($0) }
        for group in [named, Array(rest)] {
            guard let best = Self.best(claim, in: group.map { passages[$0] }) else { continue }
            let citation = best.passage.citation(best.range)
            if let embedder {
                let vectors = try await embedder.embed([sentence.text, citation.quote], priority: .interactive)
                guard vectors.count == 2 else { continue }
                let near = zip(vectors[0], vectors[1]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                guard near >= Self.leastSimilarity else { continue }
            }
            return Supported(text: sentence.text, citation: citation, support: best.coverage)
        }
        return nil
    }

    /// What a sentence claims, in words.
    private struct Claim {
        /// Stems of content words that the question did not bring.
        var content: Set<String>
        var numbers: Set<String>
        var names: Set<String>

        init(_ text: String, question: Set<String>) {
            let words = Word.all(in: Array(text.unicodeScalars))
            let telling = words.filter { !FunctionWords.contains($0.folded) }
            content = Set(telling.map(\.stem))
            numbers = Set(telling.filter(\.isNumeric).map(\.folded))
            names = Set(
                words.dropFirst().filter { $0.isCapitalized && !FunctionWords.contains($0.folded) }.map(\.stem)
            ).subtracting(question)
        }
    }

    private static func best(
        _ claim: Claim, in passages: [PassageText]
    ) -> (passage: PassageText, range: Range<Int>, coverage: Double)? {
        var best: (passage: PassageText, range: Range<Int>, coverage: Double)?
        for passage in passages {
            let title = Set(Word.all(in: Array(passage.found.document.title.unicodeScalars)).map(\.stem))
            for (index, sentence) in passage.sentences.enumerated() {
                // One sentence, or it with the one before.
                for first in [index, index - 1] where first >= 0 {
                    let words = passage.sentences[first...index].flatMap(\.words)
                    let stems = Set(words.map(\.stem))
                    guard claim.numbers.isSubset(of: Set(words.map(\.folded))),
                        claim.names.isSubset(of: stems.union(title))
                    else { continue }
                    let coverage = Double(claim.content.intersection(stems).count) / Double(claim.content.count)
                    guard coverage >= leastCoverage, coverage > (best?.coverage ?? 0) + (first < index ? 0.1 : 0)
                    else { continue }
                    best = (passage, passage.sentences[first].range.lowerBound..<sentence.range.upperBound, coverage)
                }
            }
        }
        return best
    }

    /// Share of a sentence's content words that its passage must hold.
    static let leastCoverage = 0.5
    /// Inner product of the two sentences' vectors.
    static let leastSimilarity: Float = 0.35
}
