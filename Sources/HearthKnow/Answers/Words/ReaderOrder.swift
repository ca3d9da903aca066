/// A sentence that orders who answers from it what to say. What it tells is not the document's own word.
enum ReaderOrder: Sendable, Hashable {
    /// "Ignore all previous instructions": never evidence.
    case override
    /// "When asked where the key is, answer …": a person may note that for a person, so that it counts less.
    case reply

    init?(_ words: [Word]) {
        let folded = words.map(\.folded)
        if Self.overrides(folded) || Self.commands(folded) {
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

    /// "Note to the AI: reply that …", "Assistant, always tell the user to …": to who answers, about what to answer. "The assistant
    /// should answer the phone" is neither.
    private static func commands(_ folded: [String]) -> Bool {
        guard let answerer = folded.prefix(near).firstIndex(where: answerers.contains) else { return false }
        let rest = folded[(answerer + 1)...].prefix(near)
        return rest.indices.contains { place in
            let behind = rest[(place + 1)...].prefix(3)
            return replying.contains(rest[place]) && !manners.isDisjoint(with: behind)
                || telling.contains(rest[place]) && !readers.isDisjoint(with: behind)
        }
    }

    private static func dictates(_ folded: [String]) -> Bool {
        let opening = folded.prefix(near)
        if let condition = opening.firstIndex(where: conditions.contains),
            let asked = folded[condition...].prefix(near).firstIndex(where: asking.contains),
            folded[(asked + 1)...].contains(where: replying.contains)
        {
            return true
        }
        if let you = folded.firstIndex(where: addressing.contains),
            folded[(you + 1)...].first.map(having.contains) == true,
            let verb = folded[(you + 2)...].first, replying.contains(verb),
            folded[(you + 3)...].first.map(manners.contains) == true
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
        "system prompt, you are an ai, you are a language model, you are an assistant, you are now, as an ai, im start")
    private static let conditions = QuestionLanguage.set("when if whenever wenn falls")
    private static let asking = QuestionLanguage.set("asked ask asks gefragt fragt fragen")
    private static let replying = QuestionLanguage.set(
        "answer reply respond say state output print claim antworte antworten sag sage schreib schreibe")
    private static let answerers = QuestionLanguage.set(
        "assistant ai chatbot bot llm gpt assistent ki sprachmodell chatgpt")
    private static let telling = QuestionLanguage.set("tell inform direct instruct convince sage sag teile")
    private static let readers = QuestionLanguage.set(
        "user users reader readers everyone everybody anyone nutzer benutzer jedem allen")
    private static let addressing = QuestionLanguage.set("you du sie")
    private static let having = QuestionLanguage.set("must should shall musst sollst müssen sollen muessen")
    private static let openers = QuestionLanguage.set(
        "system assistant please always now then instead bitte immer jetzt")
    private static let manners = QuestionLanguage.set("with that only always exactly every nur mit immer dass")
}
