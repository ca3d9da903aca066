import HearthStore

extension PassageText {
    /// Whether a sentence is the document's title standing above what it tells, and does not tell anything of the question itself.
    ///
    /// A text without a title is named after its first lines, which may say it all: "Vet appointment for Milo Tuesday 16:45".
    func isHeading(_ index: Int, for terms: QuestionTerms) -> Bool {
        standsAsTitle(index) && !tells(sentences[index].words, terms)
    }

    private func standsAsTitle(_ index: Int) -> Bool {
        guard index == 0, found.passage.index == 0, sentences.count > 1, let last = sentences[0].words.last else {
            return false
        }
        let rest = scalars[last.range.upperBound..<sentences[1].range.lowerBound]
        guard rest.contains("\n"), rest.allSatisfy(\.properties.isWhitespace) else { return false }
        let title = Word.all(in: Array(found.document.title.unicodeScalars))
        return sentences[0].words.map(\.folded) == title.map(\.folded)
    }

    private func tells(_ words: [Word], _ terms: QuestionTerms) -> Bool {
        let language = QuestionLanguage.of(words)
        if words.dropFirst().contains(where: { language.asking.decisions.contains($0.folded) }) { return true }
        let content = language.content(of: words)
        let new = content.filter { !terms.known.contains($0.stem) }
        let coverage = terms.coverage(Set(words.map(\.stem)))
        let signs = AnswerSigns(words, known: terms.known, language: terms.language)
        switch terms.kind {
        case .time, .quantity, .age: return signs.match(terms.kind) > 0
        case .person, .place:
            // In "Train Ticket" a capital is no name.
            let isTitleCase = content.allSatisfy { $0.isCapitalized || $0.isNumeric }
            if signs.places + signs.spots > 0, terms.kind == .place { return true }
            return !isTitleCase && new.contains(where: \.isCapitalized) && coverage >= Self.mostOfQuestion
        case .decision: return coverage >= Self.mostOfQuestion
        case .reason, .manner, .definition, .thing, .other:
            return coverage >= Self.mostOfQuestion && (new.count > 1 || new.contains(where: \.isNumeric))
        }
    }

    /// The share of a question's weight in the words of a line that answers it.
    private static let mostOfQuestion = 0.6
}
