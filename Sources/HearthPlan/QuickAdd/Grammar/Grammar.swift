package import HearthCore

/// A language's phrases for times, compiled: all rules in one trie, so that a text is read once for all of them.
package struct Grammar: Sendable {
    struct Node: Sendable {
        /// Ordered by key.
        var children: [Child] = []
        /// Bits of the symbols among `children`, folded.
        var wanted: UInt64 = 0
        /// Rules that end here.
        var rules: [Int32] = []
    }

    struct Child: Sendable {
        var symbol: Int32
        var isGlued: Bool
        var node: Int32
    }

    package let language: String
    let rules: [GrammarRule]
    let nodes: [Node]
    /// By symbol; -1 when no rule begins with it.
    let roots: [Int32]
    /// The numbers of words and signs.
    let words: [String: Int]
    let phrases: PhraseNumbers

    /// - Throws: `.missingResource` naming the line that cannot be read.
    package init(text: String, language: String) throws(HearthError) {
        var file = try GrammarFile(text, name: language)
        self.language = language
        phrases = PhraseNumbers(&file)
        let read = file.rules
        rules = read
        words = file.symbols.numbers
        var nodes = [Node()]
        var roots = [Int32](repeating: -1, count: words.count)
        for (index, rule) in read.enumerated() {
            var node: Int32 = 0
            for (place, element) in rule.elements.enumerated() {
                let symbol = Int32(element.symbol)
                if place == 0 {
                    if roots[element.symbol] < 0 {
                        roots[element.symbol] = Int32(nodes.count)
                        nodes.append(Node())
                    }
                    node = roots[element.symbol]
                    continue
                }
                let known = nodes[Int(node)].children.first { $0.symbol == symbol && $0.isGlued == element.isGlued }
                if let known {
                    node = known.node
                } else {
                    let next = Int32(nodes.count)
                    nodes[Int(node)].children.append(Child(symbol: symbol, isGlued: element.isGlued, node: next))
                    nodes[Int(node)].wanted |= 1 << UInt64(element.symbol & 63)
                    nodes.append(Node())
                    node = next
                }
            }
            nodes[Int(node)].rules.append(Int32(index))
        }
        self.nodes = nodes
        self.roots = roots
    }
}

/// Numbers of the phrases that the program itself knows.
struct PhraseNumbers: Sendable {
    let integer, hour, minute, dayNumber, monthNumber, year, shortYear, compactClock, compactDate: Int
    /// What may stand in a result.
    let results: Set<Int>
    let lead, filler, priority: Int

    init(_ file: inout GrammarFile) {
        integer = file.symbolNumber(of: "Int")
        hour = file.symbolNumber(of: "HourNumber")
        minute = file.symbolNumber(of: "MinuteNumber")
        dayNumber = file.symbolNumber(of: "DayNumber")
        monthNumber = file.symbolNumber(of: "MonthNumber")
        year = file.symbolNumber(of: "YearNumber")
        shortYear = file.symbolNumber(of: "ShortYear")
        compactClock = file.symbolNumber(of: "CompactClock")
        compactDate = file.symbolNumber(of: "CompactDate")
        results = Set(
            [
                "Date", "Period", "Time", "TimeRange", "Moment", "Stretch", "Duration", "Set", "Nothing", "Priority",
                "Filler", "Lead",
            ].map {
                file.symbolNumber(of: $0)
            })
        lead = file.symbolNumber(of: "Lead")
        filler = file.symbolNumber(of: "Filler")
        priority = file.symbolNumber(of: "Priority")
    }
}
