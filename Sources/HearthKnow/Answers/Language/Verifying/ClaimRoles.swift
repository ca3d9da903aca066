/// Who does what to whom, from the order of words: "the pump was repaired by Anna" and "Anna repaired the pump" have the same
/// roles, "Anna was repaired by the pump" has others. Only for English, where order tells.
struct ClaimRoles: Sendable {
    /// What one word stands between.
    private struct Roles: Sendable {
        var stem: String
        var doers: [ClaimText.Token]
        var others: [ClaimText.Token]
        /// Nobody is named who did it.
        var isAgentless = false
    }

    private let roles: [Roles]
    /// What stands behind "from", and behind "to".
    private let origins: [ClaimText.Token]
    private let targets: [ClaimText.Token]
    /// "Ada's mother", "the mother of Ada".
    private let owned: [(owner: ClaimText.Token, thing: ClaimText.Token)]

    init(_ text: ClaimText) {
        guard !text.isGerman else {
            (roles, origins, targets, owned) = ([], [], [], [])
            return
        }
        let tokens = text.tokens
        origins = tokens.filter { $0.isContent && $0.preposition == "from" }
        targets = tokens.filter { $0.isContent && $0.preposition == "to" }
        owned = Self.owned(tokens)
        roles = tokens.indices.compactMap { index in
            switch tokens[index].kind {
            case .plain, .relation: Self.roles(of: index, in: tokens)
            default: nil
            }
        }
    }

    func agree(with text: ClaimRoles) -> Bool {
        for mine in roles {
            let theirs = text.roles.filter { MeaningGroups.isSame($0.stem, mine.stem) }
            guard !theirs.isEmpty, theirs.allSatisfy({ Self.areSwapped(mine, $0) }) else { continue }
            return false
        }
        if Self.isElsewhere(origins, but: text.targets, not: text.origins) { return false }
        if Self.isElsewhere(targets, but: text.origins, not: text.targets) { return false }
        return owned.allSatisfy { pair in
            let mine = owned.filter { ClaimSupport.isSame($0.thing, pair.thing) }
            let theirs = text.owned.filter { ClaimSupport.isSame($0.thing, pair.thing) }
            return theirs.isEmpty
                || theirs.contains { other in mine.contains { ClaimSupport.isSame($0.owner, other.owner) } }
        }
    }

    private static func areSwapped(_ left: Roles, _ right: Roles) -> Bool {
        if left.isAgentless {
            return !right.others.isEmpty && isElsewhere(left.others, but: right.doers, not: right.others)
        }
        return isElsewhere(left.doers, but: right.others, not: right.doers)
            && isElsewhere(left.others, but: right.doers, not: right.others)
    }

    /// Whether one of these stands among `places` and not where it should.
    private static func isElsewhere(
        _ tokens: [ClaimText.Token], but places: [ClaimText.Token], not expected: [ClaimText.Token]
    ) -> Bool {
        tokens.contains { token in
            places.contains { ClaimSupport.isSame(token, $0) } && !expected.contains { ClaimSupport.isSame(token, $0) }
        }
    }

    private static func roles(of index: Int, in tokens: [ClaimText.Token]) -> Roles? {
        let clause = tokens[index].clause
        let before = tokens[..<index].filter { $0.clause == clause }
        let after = tokens[(index + 1)...].prefix { $0.clause == clause }
        let isRelation = tokens[index].kind == .relation
        let subjects = before.filter { $0.isContent && $0.preposition == nil }
        if isRelation {
            let objects = after.prefix { !ClaimText.prepositions.contains($0.word.folded) }.filter(\.isContent)
            return Roles(stem: tokens[index].stem, doers: subjects, others: Array(objects))
        }
        // "Was repaired", "has just been repaired".
        let isPassive =
            isParticiple(tokens[index].word.folded)
            && before.suffix(adverbs).contains { MeaningGroups.beings.contains($0.word.folded) }
        let agents = after.filter { $0.isContent && $0.preposition == "by" }
        if isPassive {
            return Roles(
                stem: tokens[index].stem, doers: Array(agents), others: subjects, isAgentless: agents.isEmpty)
        }
        let objects = after.filter { $0.isContent && $0.preposition == nil }
        return Roles(stem: tokens[index].stem, doers: subjects, others: Array(objects))
    }

    private static func isParticiple(_ folded: String) -> Bool {
        folded.hasSuffix("ed") || folded.hasSuffix("en") || participles.contains(folded)
    }

    private static func owned(
        _ tokens: [ClaimText.Token]
    ) -> [(owner: ClaimText.Token, thing: ClaimText.Token)] {
        var pairs: [(owner: ClaimText.Token, thing: ClaimText.Token)] = []
        for index in tokens.indices {
            let clause = tokens[index].clause
            let previous = tokens[..<index].last { $0.clause == clause && $0.isContent }
            let next = tokens[(index + 1)...].first { $0.clause == clause && $0.isContent }
            guard let previous, let next else { continue }
            switch tokens[index].word.folded {
            case "s" where index > 0 && tokens[index - 1].isContent: pairs.append((previous, next))
            case "of" where index > 0 && tokens[index - 1].isContent:
                let owners = tokens[(index + 1)...].prefix { $0.clause == clause && $0.preposition == "of" }
                for owner in owners where owner.isContent { pairs.append((owner, previous)) }
            default: break
            }
        }
        return pairs
    }

    private static let participles = QuestionLanguage.set(
        """
        bought built sold kept held made paid sent taught lent lost left brought told found hung met won done put cut set read
        drawn known shown grown worn torn born sung begun caught fed led shot hit
        """)
    /// Words between "was" and the participle.
    private static let adverbs = 3
}
