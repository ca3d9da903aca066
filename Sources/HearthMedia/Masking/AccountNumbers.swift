/// Finds numbers that carry their own check.
enum AccountNumbers {
    /// ISO/IEC 7812: of payment cards.
    private static let cardDigits = 13...19
    /// ISO 13616, of all countries.
    private static let ibanLength = 15...34

    /// Digits in groups with one blank, hyphen or dash between them, or in groups of four with a dot, that satisfy Luhn's
    /// formula and begin as cards do (2 to 6).
    static func cards(_ text: [Character]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for run in runs(text, { isDigit($0) || isGap($0) || isDot($0) }) {
            let groups = split(text, run) { isDigit($0) }
            var index = 0
            while index < groups.count {
                if let last = cardEnd(text, groups, from: index) {
                    found.append(groups[index].lowerBound..<groups[last].upperBound)
                    index = last + 1
                } else {
                    index += 1
                }
            }
        }
        return found
    }

    /// The last of the groups that make a card number, the longest first.
    private static func cardEnd(_ text: [Character], _ groups: [Range<Int>], from first: Int) -> Int? {
        var digits: [Int] = []
        var best: Int?
        for index in first..<groups.count {
            if index > first {
                let gap = groups[index - 1].upperBound..<groups[index].lowerBound
                // Dots part thousands, too.
                if gap.count > 1 || isDot(text[gap.lowerBound]) && groups[index - 1].count != 4 { break }
            }
            digits += text[groups[index]].compactMap(\.wholeNumberValue)
            if digits.count > cardDigits.upperBound { break }
            if cardDigits.contains(digits.count), (2...6).contains(digits[0]), satisfiesLuhn(digits) { best = index }
        }
        return best
    }

    static func satisfiesLuhn(_ digits: [Int]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place % 2 == 0 ? digit : digit * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// Two letters, two digits, letters and digits with or without blanks or hyphens, that leave 1 when divided by 97.
    static func ibans(_ text: [Character]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for run in runs(text, { isLetterOrDigit($0) || isGap($0) }) {
            let groups = split(text, run) { isLetterOrDigit($0) }
            var index = 0
            while index < groups.count {
                if let last = ibanEnd(text, groups, from: index) {
                    found.append(groups[index].lowerBound..<groups[last].upperBound)
                    index = last + 1
                } else {
                    index += 1
                }
            }
        }
        return found
    }

    private static func ibanEnd(_ text: [Character], _ groups: [Range<Int>], from first: Int) -> Int? {
        var characters: [Character] = []
        var best: Int?
        for index in first..<groups.count {
            characters += text[groups[index]].flatMap { $0.uppercased() }
            if characters.count > ibanLength.upperBound { break }
            if ibanLength.contains(characters.count), leavesOne(characters) { best = index }
        }
        return best
    }

    static func leavesOne(_ iban: [Character]) -> Bool {
        guard iban.count > 4, iban[0].isLetter, iban[1].isLetter, isDigit(iban[2]), isDigit(iban[3]) else {
            return false
        }
        var rest = 0
        for character in iban[4...] + iban[..<4] {
            if let digit = character.wholeNumberValue {
                rest = (rest * 10 + digit) % 97
            } else if let value = character.asciiValue {
                rest = (rest * 100 + Int(value) - 55) % 97
            } else {
                return false
            }
        }
        return rest == 1
    }

    // MARK: Pieces of a line

    /// The longest pieces in which every character is `allowed`.
    private static func runs(_ text: [Character], _ allowed: (Character) -> Bool) -> [Range<Int>] {
        split(text, 0..<text.count, allowed)
    }

    private static func split(
        _ text: [Character], _ range: Range<Int>, _ allowed: (Character) -> Bool
    ) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start: Int?
        for index in range {
            if allowed(text[index]) {
                start = start ?? index
            } else if let open = start {
                pieces.append(open..<index)
                start = nil
            }
        }
        if let start { pieces.append(start..<range.upperBound) }
        return pieces
    }

    /// A blank, one that does not break, a hyphen, or one of the dashes U+2010 to U+2015.
    static func isGap(_ character: Character) -> Bool {
        switch character {
        case " ", "\u{a0}", "\u{202f}", "-", "\u{2010}"..."\u{2015}": true
        default: false
        }
    }

    private static func isDot(_ character: Character) -> Bool { character == "." || character == "·" }

    static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
