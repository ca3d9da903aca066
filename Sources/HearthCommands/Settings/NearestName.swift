/// The known name that a mistyped one most likely means.
enum NearestName {
    /// Nil when nothing is near: more than a third of the letters would have to change.
    static func of(_ text: String, among names: [String]) -> String? {
        let wanted = normal(text)
        let ranked = names.map { (name: $0, distance: distance(wanted, normal($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, wanted.count / 3) ? best.name : nil
    }

    private static func normal(_ text: String) -> [Character] {
        let folded = text.lowercased().map { $0 == "-" || $0 == "." ? "_" : $0 }
        let prefix = Array("hearth_")
        return folded.starts(with: prefix) ? Array(folded.dropFirst(prefix.count)) : folded
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var rows = [Array(0...right.count)]
        for i in 1...left.count {
            var row = [i]
            for j in 1...right.count {
                let replaced = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
