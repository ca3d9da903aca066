/// Joins rankings of passages into one. Pure; equal scores stand in order of numbers.
package enum RankFusion {
    /// What one ranker found, best first.
    package struct Ranking: Sendable, Hashable {
        /// Not negative; only the proportions between rankings matter.
        package var weight: Double
        package var items: [Item]

        package init(weight: Double = 1, items: [Item]) {
            self.weight = weight
            self.items = items
        }
    }

    package struct Item: Sendable, Hashable {
        package var number: Int64
        /// Higher is better; comparable within its ranking only.
        package var score: Double

        package init(number: Int64, score: Double) {
            self.number = number
            self.score = score
        }
    }

    /// How scores of different rankers become comparable.
    package enum Normalisation: Sendable, Hashable {
        /// The ranking's lowest score becomes 0, its highest 1; what a ranking does not have gets 0 from it.
        case observedRange
        /// Divided by the ranking's highest score, negative ones become 0; what a ranking does not have gets 0 from it.
        case highest
        /// Subtracts the mean and divides by the standard deviation; what a ranking does not have gets its lowest.
        case standardScore
    }

    /// Of Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (SIGIR 2009).
    package static let reciprocalConstant: Double = 60

    /// Weighted reciprocal rank fusion: the sum of `weight / (constant + rank)`, rank from 1. Uses orders alone, so it
    /// needs no normalisation. A number that stands twice in a ranking counts where it stands first.
    package static func reciprocal(
        _ rankings: [Ranking], constant: Double = reciprocalConstant, limit: Int = .max
    ) -> [Item] {
        var sums: [Int64: Double] = [:]
        for ranking in rankings {
            for (rank, item) in firstOccurrences(ranking.items).enumerated() {
                sums[item.number, default: 0] += ranking.weight / (constant + Double(rank + 1))
            }
        }
        return sorted(sums, limit: limit)
    }

    /// The weighted mean of normalised scores. Scores that are not finite are left out.
    package static func mixed(
        _ rankings: [Ranking], normalisation: Normalisation = .observedRange, limit: Int = .max
    ) -> [Item] {
        let total = rankings.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return [] }
        var sums: [Int64: Double] = [:]
        var missing = 0.0
        for ranking in rankings {
            let items = firstOccurrences(ranking.items.filter(\.score.isFinite))
            let (scores, lowest) = normalised(items.map(\.score), by: normalisation)
            let share = ranking.weight / total
            // What every passage has from this ranking, and what those in it have beyond that.
            missing += share * lowest
            for (item, score) in zip(items, scores) { sums[item.number, default: 0] += share * (score - lowest) }
        }
        return sorted(sums.mapValues { $0 + missing }, limit: limit)
    }

    /// Normalised scores, and what a passage gets that the ranking does not have.
    private static func normalised(_ scores: [Double], by way: Normalisation) -> (scores: [Double], missing: Double) {
        guard let lowest = scores.min(), let highest = scores.max() else { return ([], 0) }
        switch way {
        case .observedRange:
            let range = highest - lowest
            return (scores.map { range > 0 ? ($0 - lowest) / range : 1 }, 0)
        case .highest:
            return (scores.map { highest > 0 ? max(0, $0) / highest : 0 }, 0)
        case .standardScore:
            let mean = scores.reduce(0, +) / Double(scores.count)
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
            guard variance > 0 else { return (scores.map { _ in 0 }, 0) }
            let deviation = variance.squareRoot()
            return (scores.map { ($0 - mean) / deviation }, (lowest - mean) / deviation)
        }
    }

    private static func firstOccurrences(_ items: [Item]) -> [Item] {
        var seen = Set<Int64>()
        return items.filter { seen.insert($0.number).inserted }
    }

    private static func sorted(_ sums: [Int64: Double], limit: Int) -> [Item] {
        let items = sums.map { Item(number: $0.key, score: $0.value) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
        return Array(items.prefix(max(0, limit)))
    }
}
