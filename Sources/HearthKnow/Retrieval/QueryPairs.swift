import HearthStore

/// Pairs of neighbouring words of a question, and how many of them stand together in a passage, too. Pure.
struct QueryPairs {
    private struct Pair: Hashable {
        var first: Int
        var second: Int
    }

    /// A passage longer than this is looked at up to here.
    private static let termLimit = 2000

    private let finder: TermFinder
    /// Of pairs of places among the finder's terms, in order of appearance.
    private let weights: [Double]
    private let numbers: [Pair: Int]
    private let sum: Double

    /// `weights`: of terms, by how rare they are.
    init(query: String, weights termWeights: [String: Double]) {
        let terms = SearchTerms.all(in: query).prefix(SearchTerms.queryLimit * 2)
        var places: [String: Int] = [:]
        for term in terms where places[term] == nil { places[term] = places.count }
        var weights: [Double] = []
        var numbers: [Pair: Int] = [:]
        for (first, second) in zip(terms, terms.dropFirst())
        where !SearchTerms.isStopWord(first) || !SearchTerms.isStopWord(second) {
            // Every term has a place.
            let pair = Pair(first: places[first] ?? 0, second: places[second] ?? 0)
            guard numbers[pair] == nil else { continue }
            numbers[pair] = weights.count
            weights.append((termWeights[first] ?? 0) + (termWeights[second] ?? 0))
        }
        finder = TermFinder(places.sorted { $0.value < $1.value }.map(\.key))
        self.weights = weights
        self.numbers = numbers
        sum = weights.reduce(0, +)
    }

    /// 0 to 1.
    func share(in text: String) -> Double {
        guard sum > 0 else { return 0 }
        var isFound = [Bool](repeating: false, count: weights.count)
        let terms = finder.terms(of: text, limit: Self.termLimit)
        for (first, second) in zip(terms, terms.dropFirst()) {
            guard let first, let second, let number = numbers[Pair(first: first, second: second)] else { continue }
            isFound[number] = true
        }
        return zip(weights, isFound).reduce(0) { $1.1 ? $0 + $1.0 : $0 } / sum
    }

    /// The terms whose weights are needed.
    static func terms(of query: String) -> [String] {
        Array(Set(SearchTerms.all(in: query).prefix(SearchTerms.queryLimit * 2))).sorted()
    }

    private static let words = Set(["latest", "newest", "recent", "recently", "lately"].flatMap(SearchTerms.all))

    /// Whether the question asks for what is new.
    static func asksForNews(_ query: String) -> Bool { SearchTerms.all(in: query).contains(where: words.contains) }
}
