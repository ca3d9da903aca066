/// Finds every phrase of a grammar in a row of tokens: a bottom-up chart parser (left-corner, as Jurafsky and Martin,
/// "Speech and Language Processing", describe them) whose work per token is bounded, so that time grows with the length
/// of the text and no faster.
struct PhraseChart {
    struct Item {
        var symbol: Int32
        var start: Int32
        var end: Int32
        var weight: Int32
        var meaning: Meaning
    }

    private struct Edge {
        var node: Int32
        var start: Int32
        /// The edge before and the item it was extended with.
        var previous: Int32
        var item: Int32
        var depth: Int32
    }

    private let grammar: Grammar
    private let tokens: [Token]
    private let actions: ActionContext
    private let manner: GrammarManner
    private var items: [Item] = []
    private var edges: [Edge] = []
    /// Per end of tokens: its edges are `edges[edgeStarts[end]..<edgeStarts[end + 1]]`.
    private var edgeStarts: [Int]
    private(set) var results: [Item] = []

    /// What it took: items and edges.
    var steps: Int { items.count + edges.count }

    /// No phrase has more tokens.
    static let longestPhrase = 28
    /// Items and edges that end at one token.
    static let mostItemsPerToken = 480
    static let mostEdgesPerToken = 1200

    init(_ tokens: [Token], grammar: Grammar, actions: ActionContext, manner: GrammarManner) {
        self.tokens = tokens
        self.grammar = grammar
        self.actions = actions
        self.manner = manner
        edgeStarts = [0, 0]
        edgeStarts.reserveCapacity(tokens.count + 2)
        items.reserveCapacity(tokens.count * 24)
        edges.reserveCapacity(tokens.count * 64)
        for end in 1..<max(tokens.count + 1, 1) { advance(to: end) }
    }

    private mutating func advance(to end: Int) {
        let firstItem = items.count
        addToken(at: end - 1)
        var next = firstItem
        while next < items.count, items.count - firstItem < Self.mostItemsPerToken,
            edges.count - edgeStarts[end] < Self.mostEdgesPerToken
        {
            grow(next, to: end, firstItem: firstItem)
            next += 1
        }
        edgeStarts.append(edges.count)
    }

    private mutating func grow(_ index: Int, to end: Int, firstItem: Int) {
        let symbol = items[index].symbol
        let start = Int(items[index].start)
        let root = grammar.roots[Int(symbol)]
        if root >= 0 {
            add(Edge(node: root, start: Int32(start), previous: -1, item: Int32(index), depth: 1), end, firstItem)
        }
        let bit = UInt64(1) << UInt64(symbol & 63)
        let isGlued = tokens[start].isGlued
        for place in edgeStarts[start]..<edgeStarts[start + 1] {
            let edge = edges[place]
            let node = Int(edge.node)
            guard grammar.nodes[node].wanted & bit != 0, end - Int(edge.start) <= Self.longestPhrase else { continue }
            for child in grammar.nodes[node].children where child.symbol == symbol && (isGlued || !child.isGlued) {
                add(
                    Edge(
                        node: child.node, start: edge.start, previous: Int32(place), item: Int32(index),
                        depth: edge.depth + 1),
                    end, firstItem)
            }
        }
    }

    private mutating func add(_ edge: Edge, _ end: Int, _ firstItem: Int) {
        for rule in grammar.nodes[Int(edge.node)].rules { complete(edge, Int(rule), end, firstItem) }
        if !grammar.nodes[Int(edge.node)].children.isEmpty { edges.append(edge) }
    }

    private mutating func complete(_ edge: Edge, _ ruleIndex: Int, _ end: Int, _ firstItem: Int) {
        let rule = grammar.rules[ruleIndex]
        guard rule.manner == .every || rule.manner == manner else { return }
        var captured = Captured(constants: rule.constants)
        var start = Int(edge.start)
        var stop = end
        var weight = rule.weight
        var step = edge
        for place in stride(from: Int(edge.depth) - 1, through: 0, by: -1) {
            let item = items[Int(step.item)]
            let slot = rule.elements[place].slot
            if slot >= 0 { captured[slot] = item.meaning }
            if place >= rule.startMark, place < rule.endMark { weight += Int(item.weight) }
            if place == rule.startMark { start = Int(item.start) }
            if place == rule.endMark { stop = Int(item.start) }
            if step.previous >= 0 { step = edges[Int(step.previous)] }
        }
        let symbol = Int32(rule.produces)
        guard let meaning = actions.perform(rule.action, captured) else { return }
        let item = Item(
            symbol: symbol, start: Int32(start), end: Int32(stop), weight: Int32(weight), meaning: meaning)
        if grammar.phrases.results.contains(Int(symbol)) { results.append(item) }
        guard stop == end, grammar.roots[Int(symbol)] >= 0 || isWanted(symbol, at: start) else { return }
        for known in firstItem..<items.count where items[known].symbol == symbol && items[known].start == item.start {
            if items[known].meaning == meaning { return }
        }
        items.append(item)
    }

    private func isWanted(_ symbol: Int32, at start: Int) -> Bool {
        let bit = UInt64(1) << UInt64(symbol & 63)
        return edges[edgeStarts[start]..<edgeStarts[start + 1]].contains {
            grammar.nodes[Int($0.node)].wanted & bit != 0
        }
    }

    private mutating func addToken(at place: Int) {
        let token = tokens[place]
        let phrases = grammar.phrases
        func add(_ symbol: Int, _ meaning: Meaning) {
            items.append(
                Item(symbol: Int32(symbol), start: Int32(place), end: Int32(place + 1), weight: 0, meaning: meaning))
        }
        if let number = grammar.words[token.text] { add(number, .word) }
        guard token.kind == .digits, let value = token.value else { return }
        let digits = token.range.count
        let meaning = Meaning.number(Double(value), digits: digits)
        add(phrases.integer, meaning)
        if digits <= 2 {
            if value <= 24 { add(phrases.hour, meaning) }
            if digits == 2, value < 60 { add(phrases.minute, meaning) }
            if (1...31).contains(value) { add(phrases.dayNumber, meaning) }
            if (1...12).contains(value) { add(phrases.monthNumber, meaning) }
            if digits == 2 { add(phrases.shortYear, meaning) }
        }
        if digits == 4, (1500...2199).contains(value) { add(phrases.year, meaning) }
        if digits == 3 || digits == 4, value / 100 <= 24, value % 100 < 60 { add(phrases.compactClock, meaning) }
        if digits == 8, (1500...2199).contains(value / 10_000), (1...12).contains(value / 100 % 100),
            (1...31).contains(value % 100)
        {
            add(phrases.compactDate, meaning)
        }
    }
}

/// What a rule caught, by letter.
struct Captured {
    private var slots: [(slot: Int8, meaning: Meaning)] = []

    init(constants: [(slot: Int8, value: Double)]) {
        slots = constants.map { (slot: $0.slot, meaning: .number($0.value, digits: 0)) }
    }

    subscript(slot: Int8) -> Meaning? {
        get { slots.first { $0.slot == slot }?.meaning }
        set { if let newValue { slots.append((slot: slot, meaning: newValue)) } }
    }
}
