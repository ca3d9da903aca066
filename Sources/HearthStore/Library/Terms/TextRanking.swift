#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Okapi BM25 as SQLite's FTS5 computes it (Robertson and Zaragoza 2009), and which terms of a query take part.
package enum TextRanking {
    package static let saturation = 1.2
    package static let lengthShare = 0.75
    /// How often a term in the title counts compared to one in the passage.
    package static let titleWeight = 1.5
    /// Passages that are looked at for one query: beyond that, its most frequent terms are left out.
    package static let candidateBudget = 6000
    /// So often as many older passages are looked at for a term, while too few of the others are the person's or pass the
    /// filter.
    package static let olderPages = 20
    /// Passages of a filter up to which each is looked at, when the candidates are nearly all outside of it.
    package static let few = 256

    package static func inverseFrequency(of count: Int, in total: Int) -> Double {
        max(log((Double(total - count) + 0.5) / (Double(count) + 0.5)), 1e-6)
    }

    /// As `inverseFrequency`, but above 0 for terms in more than half of the passages, too.
    package static func weight(of count: Int, in total: Int) -> Double {
        log(1 + (Double(max(total - count, 0)) + 0.5) / (Double(count) + 0.5))
    }

    /// One term's part of a passage's score.
    package static func score(
        inverseFrequency: Double, weightedCount: Double, length: Double, averageLength: Double
    ) -> Double {
        inverseFrequency * (weightedCount * (saturation + 1))
            / (weightedCount + saturation * (1 - lengthShare + lengthShare * length / averageLength))
    }

    /// The terms to look for, rarest first: those that no passage has are left out, then the most frequent until few enough
    /// passages are looked at. The rarest always stays.
    package static func choose(_ counts: [(term: String, count: Int)]) -> [String] {
        var chosen: [String] = []
        var sum = 0
        for (term, count) in counts.filter({ $0.count > 0 }).sorted(by: { ($0.count, $0.term) < ($1.count, $1.term) }) {
            sum += count
            if sum > candidateBudget, !chosen.isEmpty { break }
            chosen.append(term)
        }
        return chosen
    }
}
