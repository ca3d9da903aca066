package import HearthStore

/// The words of a question, each with how much it tells: a word that few passages hold tells much.
package struct QuestionTerms: Sendable {
    let kind: QuestionKind
    /// Stems of the words that count, in their order, each once.
    let stems: [String]
    /// By stem: how much a match tells.
    let weights: [String: Double]
    let totalWeight: Double
    /// Stems of all words.
    let known: Set<String>

    /// `frequencies` are those of `counted(in:)`, in that order.
    init(words: [Word], counted: [Word], frequencies: TermFrequencies) {
        kind = QuestionKind(words)
        stems = counted.map(\.stem)
        known = Set(words.map(\.stem))
        let passages = Double(frequencies.passages)
        var weights: [String: Double] = [:]
        for (word, count) in zip(counted, frequencies.counts) {
            weights[word.stem] = max(Self.leastWeight, Stems.weight(passages: passages, holders: Double(count)))
        }
        self.weights = weights
        totalWeight = max(stems.reduce(0) { $0 + (weights[$1] ?? 0) }, Self.leastWeight)
    }

    /// The words of a question that count: those with content, or all when none has; each stem once.
    static func counted(in words: [Word]) -> [Word] {
        var seen: Set<String> = []
        let content = words.filter { !FunctionWords.contains($0.folded) }
        let chosen = content.isEmpty ? words : content
        return Array(chosen.filter { seen.insert($0.stem).inserted }.prefix(AnswerLimits.questionWords))
    }

    /// 0 to 1: the share of the question's weight that these stems hold.
    func coverage(_ held: Set<String>) -> Double {
        stems.reduce(0) { held.contains($1) ? $0 + (weights[$1] ?? 0) : $0 } / totalWeight
    }

    private static let leastWeight = 0.01
}

/// How many passages hold each of some words.
package struct TermFrequencies: Sendable, Hashable {
    package var passages: Int
    package var counts: [Int]

    package init(passages: Int, counts: [Int]) {
        self.passages = passages
        self.counts = counts
    }
}

/// Tells how common words are in what a person has stored.
package protocol TermStatistics: Sendable {
    /// One count per word, in order. Words match by stem, as the text index matches. A count may stop at a limit.
    func frequencies(of words: [String], scope: DocumentFilter) async throws -> TermFrequencies
}
