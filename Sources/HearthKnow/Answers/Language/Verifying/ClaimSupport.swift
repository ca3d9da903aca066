/// Whether a text of a passage says what a sentence claims: every word of content, number, unit, colour, name and relation is
/// there, nothing is denied on one side only, and who does what to whom is the same.
struct ClaimSupport: Sendable {
    let claim: ClaimText
    /// Of the question.
    let known: Set<String>

    /// What a range may lean on: the passage's title, and the question that it replies to.
    struct Context: Sendable {
        var title: Set<String>
        var replied: Set<String>
        /// Stems of the whole passage.
        var passage: Set<String>
    }

    /// 0 to 1: the share of the claim's content that the text itself holds; nil when it does not support the claim.
    func measure(_ text: ClaimText, in context: Context) -> Double? {
        var (held, all) = (0, 0)
        for token in claim.tokens where token.isContent {
            let places = Self.places(of: token, in: text)
            if !places.isEmpty {
                held += 1
            } else if !isLicensed(token, by: context, text) {
                return nil
            }
            all += 1
            guard Self.isDeniedAlike(token, places, text) else { return nil }
        }
        guard all > 0, held > 0 else { return nil }
        let isDenied = claim.tokens.contains { $0.kind == .negator }
        if isDenied, !text.tokens.contains(where: { $0.kind == .negator }) { return nil }
        if text.isHedged, !claim.isHedged { return nil }
        if claim.claimsReason, !text.hasReason { return nil }
        guard ClaimRoles(claim).agree(with: ClaimRoles(text)) else { return nil }
        guard !ClaimPairs.contradict(claim, text) else { return nil }
        return Double(held) / Double(all)
    }

    /// Whether it tells anything beyond words of the question.
    var tellsSomething: Bool {
        claim.tokens.contains { $0.kind == .negator || $0.isContent && !known.contains($0.stem) }
    }

    /// Where the text has what the token says.
    static func places(of token: ClaimText.Token, in text: ClaimText) -> [Int] {
        text.tokens.indices.filter { isSame(token, text.tokens[$0]) }
    }

    static func isSame(_ left: ClaimText.Token, _ right: ClaimText.Token) -> Bool {
        switch (left.kind, right.kind) {
        case (.number(let first), .number(let second)): first.isSame(as: second)
        case (.number, _), (_, .number): false
        case (.relation, .relation): left.word.folded == right.word.folded || sameRelation(left, right)
        case (.relation, _), (_, .relation): false
        case (.month, _) where left.word.folded == "may": right.word.folded == "may" || right.stem == "mai"
        default: MeaningGroups.isSame(left.stem, right.stem)
        }
    }

    /// What the range need not repeat: what the title or the question before it names, and what the asking person named and the
    /// passage has elsewhere. Values (numbers, colours, days) belong to the statement itself.
    private func isLicensed(_ token: ClaimText.Token, by context: Context, _ text: ClaimText) -> Bool {
        switch token.kind {
        case .relation, .unit: return false
        case .number: return context.title.contains(token.word.folded)
        case .colour, .weekday, .month: return context.title.contains(token.stem)
        default: break
        }
        if Self.holds(context.title, token.stem) { return true }
        if token.kind == .plain, Self.holds(context.replied, token.stem) { return true }
        if known.contains(token.stem), Self.holds(context.passage, token.stem) { return true }
        // "For 45 euros": that is what it cost.
        return Self.costs.contains(token.stem)
            && text.tokens.contains { !$0.isNegated && Self.isCurrency($0) && $0.preposition == "for" }
    }

    private static func holds(_ stems: Set<String>, _ stem: String) -> Bool {
        stems.contains(stem) || stems.contains { MeaningGroups.isSame($0, stem) }
    }

    /// What the claim denies must be denied, what it tells must be told somewhere.
    private static func isDeniedAlike(_ token: ClaimText.Token, _ places: [Int], _ text: ClaimText) -> Bool {
        guard !places.isEmpty else { return true }
        return places.contains { text.tokens[$0].isNegated == token.isNegated || !token.isNegated && isTopic($0, text) }
    }

    /// In German also what stands before the negation may be told of.
    private static func isTopic(_ index: Int, _ text: ClaimText) -> Bool {
        text.isGerman && text.tokens[index].word.isCapitalized
            && !text.tokens[..<index].contains {
                $0.kind == .negator && $0.clause == text.tokens[index].clause
            }
    }

    private static func sameRelation(_ left: ClaimText.Token, _ right: ClaimText.Token) -> Bool {
        relations.contains { $0.contains(left.word.folded) && $0.contains(right.word.folded) }
    }

    private static func isCurrency(_ token: ClaimText.Token) -> Bool {
        ["euro", "pound", "dollar"].contains { MeaningGroups.isSame($0, token.stem) }
    }

    private static let costs: Set<String> = ["cost", "price", "amount", "total"]
    private static let relations = [
        QuestionLanguage.set("under below beneath underneath unter"), QuestionLanguage.set("over above über"),
        QuestionLanguage.set("all every each alle"), QuestionLanguage.set("behind hinter"),
        QuestionLanguage.set("beside neben"), QuestionLanguage.set("between zwischen"),
        QuestionLanguage.set("before vor"), QuestionLanguage.set("after nach"),
    ]
}
