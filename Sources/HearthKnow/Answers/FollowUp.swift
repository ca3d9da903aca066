import HearthStore

/// A question that needs the one before it: "and when?", "why did she leave?".
///
/// A question follows up when the conversation has turns and it
/// * has no content words at all ("And why?", "Where is that?"),
/// * or has at most three and opens with "and", "what about" or "how about",
/// * or has at most three, a pronoun (he, she, it, they, …), and no name that the pronoun could stand for.
///
/// It is then searched for, and judged, together with the newest earlier question that is none itself; the answer's kind
/// (who, when, …) is that of the follow-up. What the person typed is what is stored.
enum FollowUp {
    /// What to search for. `turns` are the conversation's, oldest first.
    static func resolve(_ query: String, turns: [Turn]) -> String {
        guard needsMore(query) else { return query }
        let recent = turns.suffix(AnswerLimits.recalledTurns).reversed()
        guard let subject = recent.first(where: { !needsMore($0.user) }) else { return query }
        return query + " " + subject.user
    }

    static func needsMore(_ query: String) -> Bool {
        let words = Word.all(in: Array(query.unicodeScalars))
        let folded = words.map(\.folded)
        let language = QuestionLanguage.of(words)
        let content = language.content(of: words)
        if content.isEmpty { return true }
        let opens = language.continuations.contains { folded.starts(with: $0) }
        if opens, content.count <= mostContentWords { return true }
        // Where every noun has a capital, a noun may be what the pronoun stands for, or not; the pronoun decides.
        let hasName = !language.capitalizesNouns && content.contains { $0.isCapitalized && $0.range != words[0].range }
        return !hasName && content.count <= mostContentWords && !language.pronouns.isDisjoint(with: folded)
    }

    /// What a follow-up asks for: "where" in "And where?", nothing in "What about Ada?".
    static func kind(of query: String) -> QuestionKind? {
        let words = Word.all(in: Array(query.unicodeScalars))
        let folded = words.map(\.folded)
        let language = QuestionLanguage.of(words)
        let opening = language.continuations.filter { folded.starts(with: $0) }.map(\.count).max() ?? 0
        let own = Array(words.dropFirst(opening))
        return own.contains { language.asking.all.contains($0.folded) } ? QuestionKind(own, language) : nil
    }

    private static let mostContentWords = 3
}
