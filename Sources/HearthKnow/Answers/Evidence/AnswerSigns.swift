/// What in a sentence could be the answer: names, dates, numbers, places, reasons. Words of the question do not count, since
/// they are what is known already.
struct AnswerSigns: Sendable, Hashable {
    var names = 0
    var times = 0
    var quantities = 0
    var places = 0
    var reasons = 0
    var manners = 0
    var definitions = 0

    init(_ words: some RandomAccessCollection<Word>, known: Set<String>) {
        let words = Array(words)
        for (index, word) in words.enumerated() {
            if index > 0, index < 8, ["is", "are", "was", "were", "means", "called"].contains(word.folded) {
                definitions += 1
            }
            guard !known.contains(word.stem) else { continue }
            if Self.isYear(word.folded) || Self.months.contains(word.folded) && word.isCapitalized
                || Self.times.contains(word.folded)
            {
                times += 1
            }
            if word.isNumeric || Self.numbers.contains(word.folded) { quantities += 1 }
            if Self.reasons.contains(word.folded) { reasons += 1 }
            if Self.manners.contains(word.folded) { manners += 1 }
            guard word.isCapitalized, !FunctionWords.contains(word.folded) else { continue }
            // The first word of a sentence has a capital anyway: it counts when the next one has one too.
            guard index > 0 || words.count > 1 && words[1].isCapitalized else { continue }
            names += 1
            if index > 0, Self.beforePlaces.contains(words[index - 1].folded) { places += 1 }
        }
    }

    /// 0 to 1: how well they answer a question of this kind.
    func match(_ kind: QuestionKind) -> Double {
        switch kind {
        case .person: names >= 2 ? 1 : names == 1 ? 0.7 : 0
        case .time: times > 0 ? 1 : quantities > 0 ? 0.4 : 0
        case .place: places > 0 ? 1 : names > 0 ? 0.6 : 0
        case .quantity: quantities > 0 ? 1 : 0
        case .reason: reasons > 0 ? 1 : 0.3
        case .manner: manners > 0 ? 1 : 0.5
        case .definition: definitions > 0 ? 1 : 0.5
        case .thing, .decision, .other: 0.5
        }
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

    private static let months = FunctionWords.set(
        "january february march april may june july august september october november december")
    private static let times = FunctionWords.set(
        """
        century centuries decade decades monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday
        morning afternoon evening night noon midnight weekend week weeks ago later
        """)
    private static let numbers = FunctionWords.set(
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
        dozen half third quarter twice once
        """)
    private static let reasons = FunctionWords.set(
        "because since due so caused result therefore thus reason order cause causes resulted owing as")
    private static let manners = FunctionWords.set("by through using via with method means")
    private static let beforePlaces = FunctionWords.set("in at from to near into outside across")
}
