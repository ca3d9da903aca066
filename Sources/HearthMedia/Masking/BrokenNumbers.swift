/// Finds numbers of cards and accounts that go on from line to line, as upright cards print them and letters break them.
/// Lists of amounts and years stand like that too, so that only the forms count in which such numbers are written.
enum BrokenNumbers {
    struct Part {
        var line: Int
        /// Of the characters of the line.
        var range: Range<Int>
        var kind: SensitiveText.Kind
    }

    private static let mostLines = 4
    /// The groups of cards with 16 digits and of American Express.
    private static let cards = [[4, 4, 4, 4], [4, 6, 5]]
    /// ISO 13616, of all countries.
    private static let ibanLength = 15...34
    /// Of an account's number; the rest are letters.
    private static let ibanDigits = 10

    private struct Group {
        var line: Int
        var range: Range<Int>
        var text: [Character]
        var isDigits: Bool { text.allSatisfy(AccountNumbers.isDigit) }
    }

    static func find(_ lines: [[Character]]) -> [Part] {
        let groups = lines.enumerated().flatMap { split($1, $0) }
        var parts: [Part] = []
        var index = 0
        while index < groups.count {
            let ofCard = cards.lazy.compactMap { card(groups, index, $0) }.first
            if let count = ofCard ?? iban(groups, index) {
                parts += self.parts(groups[index..<index + count], ofCard == nil ? .iban : .card)
                index += count
            } else {
                index += 1
            }
        }
        return parts
    }

    /// How many groups make a card's number from this one on.
    private static func card(_ groups: [Group], _ first: Int, _ lengths: [Int]) -> Int? {
        let end = first + lengths.count
        guard end <= groups.count, goesOn(groups[first..<end]),
            zip(groups[first..<end], lengths).allSatisfy({ $0.isDigits && $0.text.count == $1 }),
            // A longer list is one of other numbers.
            ![first - 1, end].contains(where: { groups.indices.contains($0) && isFour(groups[$0]) })
        else { return nil }
        let digits = groups[first..<end].flatMap { $0.text.compactMap(\.wholeNumberValue) }
        let start = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        let isIssued =
            lengths.count == 3
            ? [34, 37].contains(start / 100) : (2221...2720).contains(start) || (3528...6999).contains(start)
        return isIssued && AccountNumbers.satisfiesLuhn(digits) ? lengths.count : nil
    }

    private static func isFour(_ group: Group) -> Bool { group.isDigits && group.text.count == 4 }

    /// How many groups make an account's number from this one on, the longest first.
    private static func iban(_ groups: [Group], _ first: Int) -> Int? {
        var characters: [Character] = []
        var best: Int?
        for index in first..<groups.count {
            let text = groups[index].text
            guard text.allSatisfy({ AccountNumbers.isDigit($0) || $0.isUppercase }) else { break }
            // Groups of four, of which the last may be shorter; or the whole in few pieces.
            if index > first, groups[index - 1].text.count < 4 { break }
            characters += text
            guard characters.count <= ibanLength.upperBound else { break }
            if ibanLength.contains(characters.count), goesOn(groups[first...index]),
                characters.count(where: AccountNumbers.isDigit) >= ibanDigits, AccountNumbers.leavesOne(characters)
            {
                best = index - first + 1
            }
        }
        return best
    }

    private static func goesOn(_ groups: ArraySlice<Group>) -> Bool {
        guard let first = groups.first?.line, let last = groups.last?.line else { return false }
        return (1..<mostLines).contains(last - first)
    }

    private static func parts(_ groups: ArraySlice<Group>, _ kind: SensitiveText.Kind) -> [Part] {
        var parts: [Part] = []
        for group in groups {
            if let last = parts.last, last.line == group.line {
                parts[parts.count - 1].range = last.range.lowerBound..<group.range.upperBound
            } else {
                parts.append(Part(line: group.line, range: group.range, kind: kind))
            }
        }
        return parts
    }

    private static func split(_ line: [Character], _ number: Int) -> [Group] {
        var groups: [Group] = []
        var start = 0
        while start < line.count {
            guard !AccountNumbers.isGap(line[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < line.count, !AccountNumbers.isGap(line[end]) { end += 1 }
            var range = start..<end
            while let last = line[range].last, ".,;)".contains(last) { range = range.lowerBound..<range.upperBound - 1 }
            while let first = line[range].first, "(:".contains(first) {
                range = range.lowerBound + 1..<range.upperBound
            }
            if !range.isEmpty { groups.append(Group(line: number, range: range, text: Array(line[range]))) }
            start = end
        }
        return groups
    }
}
