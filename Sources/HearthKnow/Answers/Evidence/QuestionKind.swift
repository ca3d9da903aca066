/// What kind of thing would answer a question, told from its question words.
package enum QuestionKind: String, Sendable, Hashable, CaseIterable {
    case person, time, place, quantity, reason, manner, decision, definition, thing, other

    init(_ words: [Word]) {
        let folded = words.map(\.folded)
        let all = Set(folded)
        // The word after "what" or "which", or the one after that: "what year", "which German city".
        var asked: Set<String> = []
        for (index, word) in folded.enumerated() where word == "what" || word == "which" {
            asked.formUnion(folded[(index + 1)...].prefix(2))
        }
        var measured = false
        for (index, word) in folded.enumerated() where word == "how" && index + 1 < folded.count {
            measured = measured || Self.measures.contains(folded[index + 1])
        }
        if !all.isDisjoint(with: ["who", "whom", "whose"]) {
            self = .person
        } else if all.contains("when") || !asked.isDisjoint(with: Self.times) {
            self = .time
        } else if all.contains("where") || !asked.isDisjoint(with: Self.places) {
            self = .place
        } else if measured || !asked.isDisjoint(with: Self.quantities) {
            self = .quantity
        } else if all.contains("why") || !asked.isDisjoint(with: ["reason", "reasons", "caused", "causes", "cause"]) {
            self = .reason
        } else if all.contains("how") {
            self = .manner
        } else if let first = folded.first, first == "what", folded.count <= 5,
            folded.count > 2, ["is", "are", "was", "were"].contains(folded[1])
        {
            self = .definition
        } else if !all.isDisjoint(with: ["what", "which"]) {
            self = .thing
        } else if let first = folded.first, Self.decisions.contains(first) {
            self = .decision
        } else {
            self = .other
        }
    }

    private static let measures = FunctionWords.set(
        "many much long old far tall large big high often fast deep wide heavy late early soon")
    private static let times = FunctionWords.set("year years date day month decade century time weekday hour")
    private static let places = FunctionWords.set(
        """
        city country state place town location region continent county area building river street address island province
        nation university school stadium room village district
        """)
    private static let quantities = FunctionWords.set(
        """
        percentage percent number amount population score age size height length distance cost price rate temperature
        weight speed fee rent salary
        """)
    private static let decisions = FunctionWords.set(
        "is are was were do does did has have had can could will would should am may")
}
