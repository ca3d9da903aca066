import HearthCore

/// Reads the text of a grammar. Its form is told in docs/reference/quick-add.md.
struct GrammarFile {
    private(set) var symbols = SymbolTable()
    private(set) var rules: [GrammarRule] = []
    private let name: String
    private var manner = GrammarManner.every

    /// A rule with more optional parts than this is written too wide.
    private static let mostExpansions = 512

    /// - Throws: `.missingResource` naming the line that no grammar has.
    init(_ text: String, name: String) throws(HearthError) {
        self.name = name
        var category: String?
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            switch first {
            case "@all": manner = .every
            case "@mentions": manner = .mentions
            case "@tasks": manner = .tasks
            case "words":
                guard words.count == 2 else { throw fault(number, "names no list") }
                category = words[1]
            case "rules": category = nil
            default:
                if let category {
                    try addWords(words, to: category, line: number)
                } else {
                    try addRule(words, line: number)
                }
            }
        }
    }

    mutating func symbolNumber(of name: String) -> Int { symbols.number(of: name) }

    private func fault(_ line: Int, _ message: String) -> HearthError {
        HearthError(.missingResource, "The grammar \(name) is damaged: line \(line) \(message).", disposition: .defect)
    }

    /// `7 july jul`: each is a phrase for 7; `_` stands for a blank.
    private mutating func addWords(_ words: [String], to category: String, line: Int) throws(HearthError) {
        guard let value = Double(words[0]), words.count > 1 else { throw fault(line, "begins with no number") }
        for phrase in words.dropFirst() {
            let text = String(phrase.map { $0 == "_" ? " " : $0 })
            let elements = TokenScanner.tokens(of: text).enumerated().map { index, token in
                GrammarRule.Element(
                    symbol: symbols.number(of: token.text), isGlued: index > 0 && token.isGlued, slot: -1)
            }
            rules.append(
                GrammarRule(
                    produces: symbols.number(of: category), elements: elements, startMark: 0, endMark: elements.count,
                    action: .number, constants: [(slot: Self.slot("n"), value: value)], weight: 0, manner: manner,
                    line: line))
        }
    }

    static func slot(_ letter: Character) -> Int8 {
        guard let value = letter.asciiValue, value >= 0x61, value <= 0x7A else { return -1 }
        return Int8(value - 0x61)
    }

    /// `Date = the? d=Ordinal of? m=Month -> date`
    private mutating func addRule(_ words: [String], line: Int) throws(HearthError) {
        guard words.count > 4, words[1] == "=", let arrow = words.firstIndex(of: "->"), arrow > 2,
            arrow + 1 < words.count
        else { throw fault(line, "is no rule") }
        guard let action = Action(rawValue: words[arrow + 1]) else {
            throw fault(line, "asks for “\(words[arrow + 1])”, which nothing does")
        }
        var weight = 0
        var constants: [(slot: Int8, value: Double)] = []
        for word in words[(arrow + 2)...] {
            if word.hasPrefix("!"), let value = Int(word.dropFirst()) {
                weight = value
                continue
            }
            let parts = word.split(separator: "=")
            guard parts.count == 2, let letter = parts[0].first, parts[0].count == 1, let value = Double(parts[1])
            else { throw fault(line, "has the constant “\(word)”") }
            constants.append((slot: Self.slot(letter), value: value))
        }
        var reader = PatternReader(words: Array(words[2..<arrow]))
        guard let patterns = reader.alternatives(), reader.isAtEnd, patterns.count <= Self.mostExpansions else {
            throw fault(line, "has a pattern that cannot be read or has too many forms")
        }
        let produces = symbols.number(of: words[0])
        for pattern in patterns {
            let parts = pattern.filter { $0 != "^" && $0 != "$" }
            guard !parts.isEmpty else { throw fault(line, "matches nothing at all") }
            rules.append(
                GrammarRule(
                    produces: produces, elements: parts.map { element($0) },
                    startMark: pattern.firstIndex(of: "^") ?? 0,
                    endMark: pattern.filter { $0 != "^" }.firstIndex(of: "$") ?? parts.count, action: action,
                    constants: constants, weight: weight, manner: manner, line: line))
        }
    }

    private mutating func element(_ word: String) -> GrammarRule.Element {
        var rest = Substring(word)
        let isGlued = rest.count > 1 && rest.hasPrefix("~")
        if isGlued { rest.removeFirst() }
        var slot: Int8 = -1
        if rest.count > 2, let letter = rest.first, rest.dropFirst().hasPrefix("="), letter.isLetter {
            slot = Self.slot(letter)
            rest = rest.dropFirst(2)
        }
        // Quoted: a bracket or another sign that would mean something here.
        if rest.count > 2, rest.hasPrefix("\""), rest.hasSuffix("\"") { rest = rest.dropFirst().dropLast() }
        return GrammarRule.Element(symbol: symbols.number(of: String(rest)), isGlued: isGlued, slot: slot)
    }
}

/// Names of phrases and words of a language, numbered.
struct SymbolTable: Sendable {
    private(set) var numbers: [String: Int] = [:]

    mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        let number = numbers.count
        numbers[name] = number
        return number
    }
}

/// Expands optional parts and alternatives into plain rows of words.
private struct PatternReader {
    let words: [String]
    private var place = 0

    init(words: [String]) { self.words = words }

    var isAtEnd: Bool { place == words.count }

    mutating func alternatives() -> [[String]]? {
        guard var all = sequence() else { return nil }
        while place < words.count, words[place] == "|" {
            place += 1
            guard let next = sequence() else { return nil }
            all += next
        }
        return all
    }

    private mutating func sequence() -> [[String]]? {
        var rows: [[String]] = [[]]
        while place < words.count, words[place] != "|", words[place] != ")", words[place] != ")?" {
            var parts: [[String]]
            if words[place] == "(" {
                place += 1
                guard let inner = alternatives(), place < words.count else { return nil }
                parts = inner
                if words[place] == ")?" { parts.append([]) }
                place += 1
            } else {
                var word = words[place]
                let isOptional = word.count > 1 && word.hasSuffix("?")
                if isOptional { word.removeLast() }
                parts = isOptional ? [[word], []] : [[word]]
                place += 1
            }
            rows = rows.flatMap { row in parts.map { row + $0 } }
        }
        return rows
    }
}
