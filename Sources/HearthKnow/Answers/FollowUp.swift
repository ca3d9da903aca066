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
        let content = words.filter { !FunctionWords.contains($0.folded) }
        if words.isEmpty { return false }
        if content.isEmpty { return true }
        let opens =
            folded.first == "and" || folded.starts(with: ["what", "about"]) || folded.starts(with: ["how", "about"])
        if opens, content.count <= mostContentWords { return true }
        let hasName = words.dropFirst().contains { $0.isCapitalized && !FunctionWords.contains($0.folded) }
        return !hasName && content.count <= mostContentWords && !FunctionWords.pronouns.isDisjoint(with: folded)
    }

    private static let mostContentWords = 3
}
