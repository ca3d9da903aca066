/// Finds keys of programs by how their makers write them, and long random words.
enum SecretKeys {
    /// Beginning, and characters that follow at least.
    private static let makers: [(prefix: String, length: Int)] = [
        ("sk-", 16), ("sk_live_", 10), ("sk_test_", 10), ("rk_live_", 10), ("pk_live_", 10), ("ghp_", 20), ("gho_", 20),
        ("ghs_", 20), ("ghu_", 20), ("github_pat_", 20), ("glpat-", 16), ("hf_", 20), ("xoxb-", 10), ("xoxp-", 10),
        ("xoxa-", 10), ("xoxs-", 10), ("AKIA", 16), ("ASIA", 16), ("AIza", 30), ("npm_", 20), ("eyJ", 12), ("hrt_", 16),
    ]
    /// A word of this length that mixes capitals, small letters and digits is no word.
    private static let randomLength = 32

    /// Text recognition breaks long keys: what stands beside one, one blank away, and looks random is a piece of it.
    private static let pieceLength = 6

    static func find(_ text: [Character]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = 0
        while start < text.count {
            guard isPart(text[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < text.count, isPart(text[end]) { end += 1 }
            words.append(start..<end)
            start = end
        }
        var isFound = words.map { isKey(String(text[$0])) }
        func spread(_ index: Int, from neighbour: Int) {
            guard words.indices.contains(neighbour), isFound[neighbour], !isFound[index] else { return }
            let (first, last) = (words[min(index, neighbour)], words[max(index, neighbour)])
            guard last.lowerBound - first.upperBound == 1, text[first.upperBound] == " " else { return }
            isFound[index] = isPiece(String(text[words[index]]))
        }
        for index in words.indices { spread(index, from: index - 1) }
        for index in words.indices.reversed() { spread(index, from: index + 1) }
        return zip(words, isFound).filter(\.1).map(\.0)
    }

    /// Whether the line holds nothing but what can be a piece of the key that ended the line before.
    static func continues(_ line: [Character]) -> Bool {
        line.allSatisfy { isPart($0) } && isPiece(String(line))
    }

    /// Mixes capitals, small letters and digits as no word does, or holds the dot between two parts of a token.
    private static func isPiece(_ word: String) -> Bool {
        guard word.count >= pieceLength else { return false }
        let hasDigit = word.contains(where: \.isNumber)
        let (hasCapital, hasSmall) = (
            word.dropFirst().contains(where: \.isUppercase), word.contains(where: \.isLowercase)
        )
        return hasCapital && hasSmall || hasDigit && (hasCapital || hasSmall) && word.count >= 2 * pieceLength
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-.+=".contains(character))
    }

    private static func isKey(_ word: String) -> Bool {
        if makers.contains(where: { word.hasPrefix($0.prefix) && word.count >= $0.prefix.count + $0.length }) {
            return true
        }
        return word.count >= randomLength && word.contains(where: \.isUppercase) && word.contains(where: \.isLowercase)
            && word.filter(\.isNumber).count >= 3
    }
}

/// A private key in PEM form, which takes many lines.
struct PrivateKeyBlock {
    /// Lines that are masked when the end of the key is not found.
    private static let longest = 200
    private var left = 0

    /// Whether this line, the next one, is part of a key.
    mutating func holds(_ line: String) -> Bool {
        if line.contains("BEGIN"), line.contains("PRIVATE KEY") {
            left = Self.longest
            return true
        }
        guard left > 0 else { return false }
        left = line.contains("END") && line.contains("KEY") ? 0 : left - 1
        return true
    }
}
