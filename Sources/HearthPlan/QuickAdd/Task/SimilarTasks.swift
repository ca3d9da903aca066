import Foundation

/// A task of the past, for what a new one like it will need.
public struct PastTask: Sendable, Hashable {
    public var title: String
    public var durationMinutes: Double?
    public var project: String?
    public var priority: Int?

    public init(title: String, durationMinutes: Double? = nil, project: String? = nil, priority: Int? = nil) {
        self.title = title
        self.durationMinutes = durationMinutes
        self.project = project
        self.priority = priority
    }
}

/// A value that the text did not give and that tasks like it had.
public struct QuickSuggestion: Sendable, Hashable {
    public var field: QuickField
    public var value: String
    /// 0…1
    public var confidence: Double
    /// Titles of the tasks it comes from.
    public var from: [String]
}

/// Finds past tasks with the same words (cosine of their words, each weighed by how rare it is) and what they had.
public struct SimilarTasks: Sendable {
    /// Less alike than this is another task.
    static let leastSimilarity = 0.35
    static let mostNeighbours = 5

    private let tasks: [PastTask]
    private let words: [Set<String>]
    private let weights: [String: Double]

    public init(_ tasks: [PastTask]) {
        self.tasks = tasks
        words = tasks.map { Self.words($0.title) }
        var counts: [String: Int] = [:]
        for set in words { for word in set { counts[word, default: 0] += 1 } }
        let total = Double(tasks.count)
        weights = counts.mapValues { log1p(total / Double($0)) }
    }

    private static func words(_ title: String) -> Set<String> {
        Set(TokenScanner.tokens(of: title).filter { $0.isAlphanumeric && $0.text.count > 1 }.map(\.text))
    }

    public func suggestions(for task: QuickTask) -> [QuickSuggestion] {
        let wanted = Self.words(task.title)
        let unknown = log1p(Double(max(tasks.count, 1)))
        func norm(_ set: Set<String>) -> Double {
            set.reduce(0) { $0 + (weights[$1] ?? unknown) * (weights[$1] ?? unknown) }.squareRoot()
        }
        let own = norm(wanted)
        guard own > 0 else { return [] }
        let near = words.indices.compactMap { index -> (index: Int, similarity: Double)? in
            let shared = words[index].intersection(wanted)
            guard !shared.isEmpty else { return nil }
            let dot = shared.reduce(0) { $0 + (weights[$1] ?? 0) * (weights[$1] ?? 0) }
            let similarity = dot / (own * norm(words[index]))
            return similarity >= Self.leastSimilarity ? (index, similarity) : nil
        }.sorted { ($0.similarity, $0.index) > ($1.similarity, $1.index) }.prefix(Self.mostNeighbours)
        var list: [QuickSuggestion] = []
        if task.durationMinutes == nil {
            let known = near.filter { tasks[$0.index].durationMinutes != nil }
            let minutes = known.compactMap { tasks[$0.index].durationMinutes }.sorted()
            if !minutes.isEmpty {
                let median = minutes[minutes.count / 2]
                list.append(
                    QuickSuggestion(
                        field: .duration, value: median == median.rounded() ? String(Int(median)) : String(median),
                        confidence: known.map(\.similarity).reduce(0, +) / Double(known.count),
                        from: known.map { tasks[$0.index].title }))
            }
        }
        func vote(_ field: QuickField, _ value: (PastTask) -> String?) {
            var shares: [String: Double] = [:]
            for one in near { if let said = value(tasks[one.index]) { shares[said, default: 0] += one.similarity } }
            let total = shares.values.reduce(0, +)
            guard let best = shares.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }), best.value > total / 2 else {
                return
            }
            list.append(
                QuickSuggestion(
                    field: field, value: best.key,
                    confidence: min(1, best.value / total * (near.first?.similarity ?? 0)),
                    from: near.filter { value(tasks[$0.index]) == best.key }.map { tasks[$0.index].title }))
        }
        if task.project == nil { vote(.project) { $0.project } }
        if task.priority == nil { vote(.priority) { $0.priority.map(String.init) } }
        return list
    }
}
