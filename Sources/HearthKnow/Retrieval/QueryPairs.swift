import HearthStore

/// Pairs of neighbouring words of a question, and how many of them stand together in a passage, too. Pure.
struct QueryPairs {
    private struct Pair: Hashable {
        var first: String
        var second: String
    }

    /// A passage longer than this is looked at up to here.
    private static let termLimit = 2000

    private let weights: [Pair: Double]
    private let sum: Double

    /// `weights`: of terms, by how rare they are.
    init(query: String, weights termWeights: [String: Double]) {
        let terms = SearchTerms.all(in: query).prefix(SearchTerms.queryLimit * 2)
        var weights: [Pair: Double] = [:]
        for (first, second) in zip(terms, terms.dropFirst())
        where !SearchTerms.isStopWord(first) || !SearchTerms.isStopWord(second) {
            weights[Pair(first: first, second: second)] = (termWeights[first] ?? 0) + (termWeights[second] ?? 0)
        }
        self.weights = weights
        sum = weights.values.sorted().reduce(0, +)
    }

    /// 0 to 1.
    func share(in text: String) -> Double {
        guard sum > 0 else { return 0 }
        var found: Set<Pair> = []
        let terms = SearchTerms.all(in: text).prefix(Self.termLimit)
        for (first, second) in zip(terms, terms.dropFirst()) {
            let pair = Pair(first: first, second: second)
            if weights[pair] != nil { found.insert(pair) }
        }
        return found.map { weights[$0] ?? 0 }.sorted().reduce(0, +) / sum
    }

    /// The terms whose weights are needed.
    static func terms(of query: String) -> [String] {
        Array(Set(SearchTerms.all(in: query).prefix(SearchTerms.queryLimit * 2))).sorted()
    }

    private static let words = Set(["latest", "newest", "recent", "recently", "lately"].flatMap(SearchTerms.all))

    /// Whether the question asks for what is new.
    static func asksForNews(_ query: String) -> Bool { SearchTerms.all(in: query).contains(where: words.contains) }
}
