/// Whether a sentence asks or tells.
enum SentenceForm {
    /// A question mark asks, any other stop tells. A heading or a line of a transcript has no stop: there the first words
    /// tell, "where is the …", "does anyone …".
    static func asks(_ scalars: some BidirectionalCollection<Unicode.Scalar>, _ words: [Word]) -> Bool {
        var isStopped = false
        for scalar in scalars.reversed() where !scalar.properties.isWhitespace && !SentenceMarks.isCloser(scalar.value)
        {
            // "?!" asks.
            if isQuestionMark(scalar) { return true }
            guard SentenceMarks.isTerminator(scalar.value) else { break }
            isStopped = true
        }
        return !isStopped && QuestionLanguage.all.contains { beginsAsking(words, $0) }
    }

    /// Whether a sentence says nothing beyond the words of the question, or only that nobody knows.
    ///
    /// A question for yes or no is answered by its own words when they are told.
    /// `known`: stems of all words of the question.
    static func repeats(_ words: [Word], known: Set<String>, kind: QuestionKind) -> Bool {
        let isIgnorant = words.contains { !known.contains($0.stem) && isIn($0, \.ignorance) }
        guard kind != .decision || isIgnorant else { return false }
        return words.allSatisfy { word in
            known.contains(word.stem) || labels.contains(word.folded) || isIn(word, \.ignorance)
                || isIn(word, \.functionWords) && (isIgnorant || !isIn(word, \.tellingFunctionWords))
        }
    }

    /// "Dear Ada", "Best regards, Bo": what mails begin and end with.
    static func isCourtesy(_ words: [Word]) -> Bool {
        let folded = words.prefix(mostNames + 3).map(\.folded)
        return QuestionLanguage.all.contains { language in
            language.courtesies.contains { folded.starts(with: $0) && words.count <= $0.count + mostNames }
        }
    }

    /// Behind a greeting.
    private static let mostNames = 2

    private static func isIn(_ word: Word, _ words: any KeyPath<QuestionLanguage, Set<String>> & Sendable) -> Bool {
        QuestionLanguage.all.contains { $0[keyPath: words].contains(word.folded) }
    }

    private static func isQuestionMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // ? ؟ ⁇ ⁈ ？ and the Greek and Armenian ones.
        case 0x3f, 0x61f, 0x2047, 0x2048, 0xff1f, 0x37e, 0x55e: true
        default: false
        }
    }

    private static func beginsAsking(_ words: [Word], _ language: QuestionLanguage) -> Bool {
        let folded = Array(words.map(\.folded).drop { labels.contains($0) }.prefix(4))
        guard folded.count > 1 else { return false }
        let asking = language.asking
        if asking.all.contains(folded[0]) { return folded.dropFirst().contains(where: asking.decisions.contains) }
        // "Does anyone know", "ist der Schlüssel": the verb before who does it.
        return asking.decisions.contains(folded[0]) && language.functionWords.contains(folded[1])
            && !asking.decisions.contains(folded[1]) && !language.tellingFunctionWords.contains(folded[1])
    }

    /// Of questions in lists and of replies to mails.
    private static let labels = QuestionLanguage.set(
        "re fw fwd aw wg subject betreff q a question answer frage antwort")
}
