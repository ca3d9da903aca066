/// How much the links among documents point at each of them (Page, Brin, Motwani and Winograd 1999).
package enum PageRank {
    /// Probability of following a link rather than starting anywhere.
    package static let damping = 0.85
    /// Ends when no more than this changes in sum.
    package static let tolerance = 1e-9
    package static let maximumIterations = 100

    /// The rank of every node that has a link or stands in `nodes`; they sum up to 1. What a document without links
    /// has is spread over all. Links to itself and repeated ones do not count.
    package static func ranks<Node: Hashable & Comparable & Sendable>(
        links: [(from: Node, to: Node)], nodes: [Node] = [], damping: Double = damping,
        maximumIterations: Int = maximumIterations
    ) -> [Node: Double] {
        // In order, so that sums of floating-point numbers are the same in every run.
        let names = Set(nodes + links.flatMap { [$0.from, $0.to] }).sorted()
        guard !names.isEmpty else { return [:] }
        let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        var targets = [Set<Int>](repeating: [], count: names.count)
        for link in links where link.from != link.to {
            guard let from = places[link.from], let to = places[link.to] else { continue }
            targets[from].insert(to)
        }
        let outgoing = targets.map { $0.sorted() }
        let share = 1 / Double(names.count)
        var ranks = [Double](repeating: share, count: names.count)
        for _ in 0..<maximumIterations {
            let dangling = names.indices.reduce(0.0) { outgoing[$1].isEmpty ? $0 + ranks[$1] : $0 }
            var next = [Double](repeating: (1 - damping + damping * dangling) * share, count: names.count)
            for from in names.indices {
                for to in outgoing[from] { next[to] += damping * ranks[from] / Double(outgoing[from].count) }
            }
            let change = zip(ranks, next).reduce(0.0) { $0 + abs($1.0 - $1.1) }
            ranks = next
            if change <= tolerance { break }
        }
        return Dictionary(uniqueKeysWithValues: zip(names, ranks))
    }
}
