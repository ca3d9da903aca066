/// What kind of thing would answer a question, told from its question words.
package enum QuestionKind: String, Sendable, Hashable, CaseIterable {
    case person, time, place, quantity, age, reason, manner, decision, definition, thing, other

    init(_ words: [Word], _ language: QuestionLanguage) {
        let asking = language.asking
        let folded = words.map(\.folded)
        // "What must I do when the light is red": where another word asks, this one joins two clauses.
        let isJoining = folded.indices.filter { index in
            asking.conjunctions.contains(folded[index]) && index + 1 < folded.count
                && !asking.decisions.contains(folded[index + 1])
                && folded.indices.contains { $0 != index && asking.all.contains(folded[$0]) }
        }
        let all = Set(folded.indices.filter { !isJoining.contains($0) }.map { folded[$0] })
        // The word after "what" or "which", or the one after that: "what year", "which German city".
        var asked: Set<String> = []
        for (index, word) in folded.enumerated() where asking.thing.contains(word) {
            asked.formUnion(folded[(index + 1)...].prefix(2))
        }
        var measured: Set<String> = []
        for (index, word) in folded.enumerated() where asking.manner.contains(word) {
            measured.formUnion(folded[(index + 1)...].prefix(1).filter(asking.measures.contains))
            // "Wie viel Uhr": what is counted tells.
            if !measured.isEmpty { asked.formUnion(folded[(index + 1)...].dropFirst().prefix(1)) }
        }
        if !all.isDisjoint(with: asking.person) {
            self = .person
        } else if !all.isDisjoint(with: asking.time) || measured.isEmpty && !asked.isDisjoint(with: asking.times) {
            self = .time
        } else if !all.isDisjoint(with: asking.place) || measured.isEmpty && !asked.isDisjoint(with: asking.places) {
            self = .place
        } else if !measured.isEmpty {
            self = asked.contains("uhr") ? .time : measured.isDisjoint(with: asking.ages) ? .quantity : .age
        } else if !asked.isDisjoint(with: asking.quantities)
            || !all.isDisjoint(with: asking.thing) && !all.isDisjoint(with: asking.measuring)
        {
            self = .quantity
        } else if !all.isDisjoint(with: asking.reason) || !asked.isDisjoint(with: asking.reasons) {
            self = .reason
        } else if let index = folded.firstIndex(where: asking.manner.contains) {
            self = folded[(index + 1)...].first.map(asking.naming.contains) == true ? .thing : .manner
        } else if let first = folded.first, asking.thing.contains(first), folded.count <= 5,
            folded.count > 2, asking.copulas.contains(folded[1])
        {
            self = .definition
        } else if !all.isDisjoint(with: asking.thing) {
            self = .thing
        } else if let first = folded.first, asking.decisions.contains(first) {
            self = .decision
        } else {
            self = .other
        }
    }
}
