package import HearthStore

/// The words of a question, each with how much it tells: a word that few passages hold tells much.
package struct QuestionTerms: Sendable {
    let kind: QuestionKind
    /// The question goes on from one before, and asks for something else.
    let isFollowUp: Bool
    /// It asks "when" or "how many" and the like. "What" with a word of measure may ask for a thing: "what acts on a charge".
    let asksPlainly: Bool
    let language: QuestionLanguage
    /// Stems of the words that count, in their order, each once.
    let stems: [String]
    /// By stem: how much a match tells.
    let weights: [String: Double]
    let totalWeight: Double
    /// Stems of all words.
    let known: Set<String>
    /// The share of the weight of words that no passage holds.
    let unheard: Double
    /// Stems of names and numbers: what a passage about something else of the kind has not.
    let names: Set<String>
    /// Those in digits.
    let numbers: [AskedNumber]
    /// The word that asks: "where", "wann".
    let asking: Set<String>

    /// `frequencies` are those of `counted(in:)`, in that order. `followUp` is the kind of a question that goes on from one before.
    init(
        words: [Word], counted: [Word], frequencies: TermFrequencies, numbers: [AskedNumber] = [],
        followUp: QuestionKind? = nil
    ) {
        self.numbers = numbers
        let language = QuestionLanguage.of(words)
        self.language = language
        kind = followUp ?? QuestionKind(words, language)
        isFollowUp = followUp != nil
        let askingWords = language.asking
        asksPlainly =
            words.contains { askingWords.time.contains($0.folded) }
            || zip(words, words.dropFirst()).contains {
                askingWords.manner.contains($0.folded) && askingWords.measures.contains($1.folded)
            }
        stems = counted.map(\.stem)
        known = Set(words.map(\.stem))
        asking = Set(words.lazy.map(\.folded).filter(language.asking.all.contains))
        // The first word has a capital anyway.
        names = Set(
            counted.filter { word in
                word.isNumeric || !language.capitalizesNouns && word.isCapitalized && word.range != words.first?.range
            }.map(\.stem))
        var weights: [String: Double] = [:]
        var unheard = 0.0
        for (word, count) in zip(counted, frequencies.counts) {
            let weight = Self.weight(of: word, count: count, in: frequencies.passages, language)
            weights[word.stem] = weight
            if count == 0 { unheard += weight }
        }
        self.weights = weights
        totalWeight = max(stems.reduce(0) { $0 + (weights[$1] ?? 0) }, Self.leastWeight)
        self.unheard = unheard / totalWeight
    }

    /// In a small library it is chance which words are rare: it is counted as if there were some more passages, in some of
    /// which the words of everyday talk stand.
    private static func weight(
        of word: Word, count: Int, in passages: Int, _ language: QuestionLanguage
    ) -> Double {
        let assumed = language.commonWords.contains(word.folded) ? Self.assumedHolders : 0
        return max(
            Self.leastWeight,
            Stems.weight(
                passages: Double(passages) + Self.assumedPassages, holders: Double(count) + assumed))
    }

    /// The words of a question that count: those with content, each stem once. None: nothing is asked about.
    static func counted(in words: [Word]) -> [Word] {
        var seen: Set<String> = []
        let content = QuestionLanguage.of(words).content(of: words)
        return Array(content.filter { seen.insert($0.stem).inserted }.prefix(AnswerLimits.questionWords))
    }

    /// 0 to 1: the share of the question's weight that these stems hold.
    func coverage(_ held: Set<String>) -> Double {
        stems.reduce(0) { held.contains($1) ? $0 + (weights[$1] ?? 0) : $0 } / totalWeight
    }

    private static let leastWeight = 0.01
    /// Passages that are assumed beside those stored.
    private static let assumedPassages = 20.0
    /// How many of them hold a word of everyday talk.
    private static let assumedHolders = 5.0
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
