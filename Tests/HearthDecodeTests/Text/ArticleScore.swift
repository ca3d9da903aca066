/// The measure of the article extraction benchmark: precision and recall of 4-word shingles, as means over pages.
struct ArticleScore {
    var precision: Double
    var recall: Double
    var f1: Double { 2 * precision * recall / (precision + recall) }

    init(_ pages: [(truth: String, found: String)]) {
        var precisions: [Double] = []
        var recalls: [Double] = []
        for page in pages {
            let truth = Self.shingles(page.truth)
            let found = Self.shingles(page.found)
            var hits = 0
            var extra = 0
            var missed = 0
            for (shingle, count) in found {
                hits += min(count, truth[shingle] ?? 0)
                extra += max(0, count - (truth[shingle] ?? 0))
            }
            for (shingle, count) in truth { missed += max(0, count - (found[shingle] ?? 0)) }
            if hits + extra > 0 { precisions.append(Double(hits) / Double(hits + extra)) }
            if hits + missed > 0 { recalls.append(Double(hits) / Double(hits + missed)) }
        }
        precision = precisions.reduce(0, +) / Double(max(1, precisions.count))
        recall = recalls.reduce(0, +) / Double(max(1, recalls.count))
    }

    private static func shingles(_ text: String) -> [ArraySlice<Substring>: Int] {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        var counts: [ArraySlice<Substring>: Int] = [:]
        for start in 0..<max(1, words.count - 3) where start < words.count {
            counts[words[start..<min(words.count, start + 4)], default: 0] += 1
        }
        return counts
    }
}
