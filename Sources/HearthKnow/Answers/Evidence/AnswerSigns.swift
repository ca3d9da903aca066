/// What in a sentence could be the answer: names, dates, numbers, places, reasons. Words of the question do not count, since
/// they are what is known already.
struct AnswerSigns: Sendable, Hashable {
    var names = 0
    var times = 0
    var quantities = 0
    var places = 0
    /// Where something is, without a name: "under the pot".
    var spots = 0
    var reasons = 0
    var manners = 0
    var definitions = 0
    var ages = 0
    /// Words that may tell when, or how much, without a number.
    var someTimes = 0
    var someQuantities = 0

    /// Of a sentence in the language of the question.
    init(_ words: some RandomAccessCollection<Word>, known: Set<String>, language: QuestionLanguage) {
        let words = Array(words)
        let signs = language.answering
        for (index, word) in words.enumerated() {
            if index > 0, index < 8, signs.definitions.contains(word.folded) { definitions += 1 }
            if signs.beforeSpots.contains(word.folded),
                words[(index + 1)...].prefix(3).contains(where: {
                    !known.contains($0.stem) && !$0.isNumeric && !language.functionWords.contains($0.folded)
                        && !signs.times.contains($0.folded) && !signs.months.contains($0.folded)
                })
            {
                spots += 1
            }
            guard !known.contains(word.stem) else { continue }
            if Self.isYear(word.folded) || signs.months.contains(word.folded) && word.isCapitalized
                || signs.times.contains(word.folded)
            {
                times += 1
            }
            if signs.someTime.contains(word.folded) { someTimes += 1 }
            if signs.someQuantity.contains(word.folded) { someQuantities += 1 }
            if word.isNumeric || signs.numbers.contains(word.folded) {
                quantities += 1
                if Self.isAge(index, words, signs, language) { ages += 1 }
            }
            if signs.reasons.contains(word.folded) { reasons += 1 }
            if signs.manners.contains(word.folded) { manners += 1 }
            guard word.isCapitalized, !language.functionWords.contains(word.folded) else { continue }
            // The first word of a sentence has a capital anyway: it counts when the next one has one too.
            guard index > 0 || words.count > 1 && words[1].isCapitalized else { continue }
            if index > 0, signs.beforePlaces.contains(words[index - 1].folded) { places += 1 }
            // A noun with its capital is a name when it stands with another, and could be one otherwise.
            let isName =
                !language.capitalizesNouns || index > 0 && words[index - 1].isCapitalized
                || index > 0 && signs.beforeNames.contains(words[index - 1].folded)
            names = isName ? names + 1 : max(names, 1)
        }
    }

    /// 0 to 1: how well they answer a question of this kind.
    func match(_ kind: QuestionKind) -> Double {
        switch kind {
        case .person: names >= 2 ? 1 : names == 1 ? 0.7 : 0
        case .time: times > 0 ? 1 : quantities > 0 ? 0.4 : 0
        case .place: places > 0 ? 1 : names > 0 || spots > 0 ? 0.6 : 0
        case .quantity: quantities > 0 ? 1 : 0
        case .age: ages > 0 ? 1 : 0
        case .reason: reasons > 0 ? 1 : 0.3
        case .manner: manners > 0 ? 1 : 0.5
        case .definition: definitions > 0 ? 1 : 0.5
        case .thing, .decision, .other: 0.5
        }
    }

    /// Whether they could answer it at all, in whatever words. `strictly`: the words of the question speak of something else, so that
    /// these signs alone tell.
    func mayMatch(_ kind: QuestionKind, strictly: Bool) -> Bool {
        switch kind {
        case .place where strictly: places + spots > 0
        case .reason where strictly: reasons > 0
        case .time: match(kind) > 0 || someTimes > 0
        case .quantity: match(kind) > 0 || someQuantities > 0 || times > 0
        default: match(kind) > 0
        }
    }

    /// "Seven years old", "aged 7", "born in 2019", "she is seven": a number that counts something else is no age.
    private static func isAge(
        _ index: Int, _ words: [Word], _ signs: QuestionLanguage.AnsweringWords, _ language: QuestionLanguage
    ) -> Bool {
        let next = words[(index + 1)...].prefix(3).map(\.folded)
        let previous = words[..<index].suffix(3).map(\.folded)
        if (previous + next).contains(where: signs.ages.contains) { return true }
        guard let before = previous.last, language.asking.copulas.contains(before) else { return false }
        // "Is seven years", "is seven" at the end or before a word that counts nothing.
        return next.first.map { signs.ageUnits.contains($0) || language.functionWords.contains($0) } ?? true
    }

    /// 1234, 1980s, 2026.
    private static func isYear(_ folded: String) -> Bool {
        var digits = Substring(folded)
        if digits.hasSuffix("s") { digits = digits.dropLast() }
        guard digits.utf8.count == 4 || digits.utf8.count == 3 && digits.utf8.count < folded.utf8.count,
            digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return false }
        return digits.utf8.count == 3 || digits.hasPrefix("1") || digits.hasPrefix("20")
    }
}
