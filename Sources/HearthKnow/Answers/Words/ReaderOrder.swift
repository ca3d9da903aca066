/// A sentence that orders who answers from it what to say. What it tells is not the document's own word.
enum ReaderOrder: Sendable, Hashable {
    /// "Ignore all previous instructions": never evidence.
    case override
    /// "When asked where the key is, answer …": a person may note that for a person, so that it counts less.
    case reply

    init?(_ words: [Word]) {
        let folded = words.map(\.folded)
        if Self.overrides(folded) {
            self = .override
        } else if Self.dictates(folded) {
            self = .reply
        } else {
            return nil
        }
    }

    private static func overrides(_ folded: [String]) -> Bool {
        let isOrder = folded.indices.contains { index in
            guard ignoring.contains(folded[index]) else { return false }
            let near = folded[(index + 1)...].prefix(near)
            return !rules.isDisjoint(with: near) && !earlier.isDisjoint(with: near)
        }
        return isOrder || roles.contains { holds($0, folded) }
    }

    private static func dictates(_ folded: [String]) -> Bool {
        let opening = folded.prefix(near)
        if let condition = opening.firstIndex(where: conditions.contains),
            let asked = folded[condition...].prefix(near).firstIndex(where: asking.contains),
            folded[(asked + 1)...].contains(where: replying.contains)
        {
            return true
        }
        let order = folded.drop { openers.contains($0) }
        guard let verb = order.first, replying.contains(verb) else { return false }
        return order.dropFirst().prefix(2).contains(where: manners.contains)
    }

    private static func holds(_ phrase: [String], _ folded: [String]) -> Bool {
        folded.indices.contains { folded[$0...].starts(with: phrase) }
    }

    private static let near = 7
    private static let ignoring = QuestionLanguage.set(
        "ignore disregard forget override bypass ignoriere ignorieren vergiss vergesse")
    private static let rules = QuestionLanguage.set(
        "instruction instructions rule rules prompt prompts guidelines anweisung anweisungen regeln vorgaben")
    private static let earlier = QuestionLanguage.set(
        "previous prior above all earlier preceding system other obigen vorherigen bisherigen alle")
    private static let roles = QuestionLanguage.phrases(
        "system prompt, you are an ai, you are a language model, you are an assistant, you are now, as an ai")
    private static let conditions = QuestionLanguage.set("when if whenever wenn falls")
    private static let asking = QuestionLanguage.set("asked ask asks gefragt fragt fragen")
    private static let replying = QuestionLanguage.set(
        "answer reply respond say state output print claim antworte antworten sag sage schreib schreibe")
    private static let openers = QuestionLanguage.set(
        "system assistant please always now then instead bitte immer jetzt")
    private static let manners = QuestionLanguage.set("with that only always exactly every nur mit immer dass")
}
