/// A sentence, or two, taken apart as far as it matters for what it claims.
struct ClaimText: Sendable {
    struct Token: Sendable {
        var word: Word
        var kind: Kind
        /// Which part of the sentence, from 0: parts end at commas, stops and conjunctions.
        var clause: Int
        /// "Not", "no" or "never" stands before it in its part.
        var isNegated = false
        /// What a preposition before it makes of it: "by Anna", "from Basel".
        var preposition: String?

        var stem: String { word.stem }
        var isContent: Bool { kind != .function && kind != .negator && kind != .light }
    }

    enum Kind: Sendable, Hashable {
        /// Builds the sentence.
        case function
        case negator
        /// Says that something is told.
        case light
        /// A function word that changes what is claimed: "under", "all", "because".
        case relation
        case number(NumberReading)
        case colour, weekday, month, unit
        /// Has a capital that no sentence begins with.
        case name
        case plain

        /// Things of one class stand for each other in different statements: who, when, how much.
        var valueClass: Int? {
            switch self {
            case .number: 1
            case .colour: 2
            case .weekday: 3
            case .month: 4
            case .name: 5
            case .unit: 6
            default: nil
            }
        }
    }

    let tokens: [Token]
    let isGerman: Bool
    /// "Perhaps", "probably": it claims less.
    let isHedged: Bool
    /// "Because": it claims that one thing is the reason of another.
    let claimsReason: Bool
    /// It has a word that may tell a reason.
    let hasReason: Bool

    /// `scalars` holds the words at their ranges.
    init(_ words: [Word], _ scalars: [Unicode.Scalar], language: QuestionLanguage) {
        isGerman = language.capitalizesNouns
        let folded = words.map(\.folded)
        isHedged = folded.contains(where: Self.hedges.contains)
        claimsReason = folded.contains(where: Self.reasons.contains)
        hasReason = folded.contains(where: language.answering.reasons.contains)
        var tokens: [Token] = []
        var numbers = NumberReading.all(in: words, scalars)[...]
        var clause = 0
        var index = 0
        while index < words.count {
            let gap = index > 0 ? scalars[words[index - 1].range.upperBound..<words[index].range.lowerBound] : []
            if gap.contains(where: Self.endsClause) || Self.conjunctions.contains(folded[index]) { clause += 1 }
            let beginsSentence = index == 0 || gap.contains(where: Self.endsSentence)
            if let number = numbers.first, number.words.lowerBound == index, !Self.isNoNumber(index, folded) {
                numbers.removeFirst()
                tokens += Self.number(number, words, scalars, clause: clause)
                index = number.words.upperBound
                continue
            }
            if let number = numbers.first, number.words.lowerBound == index { numbers.removeFirst() }
            tokens.append(
                Token(
                    word: words[index],
                    kind: Self.kind(words, index, language, beginsSentence: beginsSentence), clause: clause))
            index += 1
        }
        Self.negate(&tokens, isGerman: isGerman)
        Self.attach(&tokens)
        self.tokens = tokens
    }

    /// With the unit that a sign beside it tells.
    private static func number(
        _ number: NumberReading, _ words: [Word], _ scalars: [Unicode.Scalar], clause: Int
    ) -> [Token] {
        let first = words[number.words.lowerBound]
        let last = words[number.words.upperBound - 1]
        var tokens = [Token(word: first, kind: .number(number), clause: clause)]
        var around: [Unicode.Scalar] = []
        if first.range.lowerBound > 0 { around += scalars[(first.range.lowerBound - 1)..<first.range.lowerBound] }
        let behind = scalars.dropFirst(last.range.upperBound).prefix(2)
        around += behind.first == " " ? behind : behind.prefix(1)
        if let unit = around.lazy.compactMap(MeaningGroups.unit).first {
            tokens += Word.all(in: Array(unit.unicodeScalars)).map { Token(word: $0, kind: .unit, clause: clause) }
        }
        // "20GB"
        let suffix = last.folded.drop { $0.isNumber }
        if !suffix.isEmpty, suffix.count < last.folded.count, !ordinals.contains(String(suffix)),
            !suffix.contains(where: \.isNumber)
        {
            tokens += Word.all(in: Array(suffix.unicodeScalars)).map { Token(word: $0, kind: .unit, clause: clause) }
        }
        return tokens
    }

    private static func kind(
        _ words: [Word], _ index: Int, _ language: QuestionLanguage, beginsSentence: Bool
    ) -> Kind {
        let word = words[index]
        let previous = index > 0 ? words[index - 1] : nil
        // "Not only … but also" denies nothing; "n't" is two words.
        if negators.contains(word.folded) {
            return index + 1 < words.count && ["only", "nur"].contains(words[index + 1].folded) ? .function : .negator
        }
        if word.folded == "t", let previous, previous.folded.last == "n" { return .negator }
        if index + 1 < words.count, words[index + 1].folded == "t", word.folded.last == "n" { return .function }
        let next = index + 1 < words.count ? words[index + 1].stem : ""
        if word.stem == "take" && next == "place" || word.stem == "place" && previous?.stem == "take" { return .light }
        // "In May" is a month, "may" a verb.
        if word.folded == "may", word.isCapitalized, !beginsSentence { return .month }
        if relations.contains(word.folded) { return .relation }
        if language.functionWords.contains(word.folded) { return .function }
        if MeaningGroups.isLight(word, after: previous) { return .light }
        if MeaningGroups.isColour(word) { return .colour }
        if MeaningGroups.isWeekday(word) { return .weekday }
        if MeaningGroups.isMonth(word) { return .month }
        return word.isCapitalized && !beginsSentence && !language.capitalizesNouns ? .name : .plain
    }

    /// "No one" and "one of the…" count nothing.
    private static func isNoNumber(_ index: Int, _ folded: [String]) -> Bool {
        guard folded[index] == "one" else { return false }
        return index > 0 && ["no", "the", "another", "this", "that", "which"].contains(folded[index - 1])
            || index + 1 < folded.count && folded[index + 1] == "of"
    }

    /// In English what stands behind a negation is denied; in German nearly all of its part is.
    private static func negate(_ tokens: inout [Token], isGerman: Bool) {
        var denied: Int?
        for index in tokens.indices {
            if tokens[index].kind == .negator {
                denied = tokens[index].clause
                if isGerman {
                    for other in tokens.indices.prefix(index)
                    where tokens[other].clause == tokens[index].clause && !tokens[other].word.isCapitalized {
                        tokens[other].isNegated = true
                    }
                }
                continue
            }
            // "Not allowed or tolerated"
            if ["or", "nor", "oder"].contains(tokens[index].word.folded), denied == tokens[index].clause - 1 {
                denied = tokens[index].clause
            }
            tokens[index].isNegated = denied == tokens[index].clause
        }
    }

    private static func attach(_ tokens: inout [Token]) {
        var current: (preposition: String, clause: Int)?
        for index in tokens.indices {
            let folded = tokens[index].word.folded
            if prepositions.contains(folded) {
                current = (folded, tokens[index].clause)
            } else if let open = current, open.clause == tokens[index].clause, !MeaningGroups.beings.contains(folded) {
                tokens[index].preposition = open.preposition
            } else {
                current = nil
            }
        }
    }

    private static func endsClause(_ scalar: Unicode.Scalar) -> Bool {
        ",;:()–—\n".unicodeScalars.contains(scalar) || endsSentence(scalar)
    }

    private static func endsSentence(_ scalar: Unicode.Scalar) -> Bool {
        SentenceMarks.isTerminator(scalar.value) || scalar == "\n" || scalar == ":"
    }

    private static let ordinals: Set<String> = ["st", "nd", "rd", "th", "s", "am", "pm"]
    private static let conjunctions = QuestionLanguage.set(
        "and but or nor because while although whereas und aber oder weil sondern während")
    private static let negators = QuestionLanguage.set(
        """
        no not never none nobody nothing neither nor without cannot hardly dont doesnt didnt isnt wasnt arent werent cant wont
        nicht kein keine keiner keinen keinem nie niemals niemand nichts ohne
        """)
    private static let hedges = QuestionLanguage.set(
        "might maybe perhaps possibly probably unless vielleicht möglicherweise wahrscheinlich vermutlich")
    private static let reasons = QuestionLanguage.set("because therefore thus hence weil deshalb deswegen daher")
    private static let relations = QuestionLanguage.set(
        """
        up down out off all both few under over before after above below beneath underneath behind beside inside outside
        between until since more less most least only every each against opposite unter über vor nach hinter neben
        zwischen oben unten drüben draußen alle beide
        """)
    static let prepositions = QuestionLanguage.set(
        """
        of in on at by for to from with into onto about through under over before after above below beneath underneath
        behind beside inside outside between until since during near within per via against opposite without
        """)
}
