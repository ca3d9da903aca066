import HearthCore
import Synchronization
import Testing

@testable import HearthPlan

@Suite struct GrammarTests {
    @Test(arguments: GrammarLibrary.languages) func shippedGrammarIsWhole(_ language: String) throws {
        let grammar = try GrammarLibrary.grammar(language)
        // A phrase that a rule asks for and nothing makes is a slip of the pen; those the scanner makes are known.
        let made = Set(grammar.rules.map(\.produces))
        let names = Dictionary(uniqueKeysWithValues: grammar.words.map { ($1, $0) })
        let given: Set<String> = [
            "Int", "HourNumber", "MinuteNumber", "DayNumber", "MonthNumber", "YearNumber", "ShortYear", "CompactClock",
            "CompactDate",
        ]
        for rule in grammar.rules {
            for element in rule.elements where !made.contains(element.symbol) {
                let name = try #require(names[element.symbol])
                #expect(name.first?.isUppercase != true || given.contains(name), "line \(rule.line) asks for \(name)")
            }
        }
    }

    @Test func unknownLanguageIsNotFound() {
        #expect(throws: HearthError.self) { try GrammarLibrary.grammar("xx") }
    }

    @Test(arguments: [
        "rules\nDay = tomorrow", "rules\nDay = tomorrow -> fly", "rules\nDay = ( tomorrow -> today",
        "words Month\njanuary 1", "rules\nDay = tomorrow -> today 3=n", "words",
    ])
    func damagedLineIsNamed(_ text: String) throws {
        let error = #expect(throws: HearthError.self) { try Grammar(text: text, language: "test") }
        #expect(error?.message.contains("line ") == true)
    }

    @Test func workGrowsWithTheTextAndNoFaster() throws {
        let grammar = try GrammarLibrary.grammar("en")
        let context = ActionContext(now: 1_764_000_000, manner: .tasks)
        func work(_ text: String, _ times: Int) -> Int {
            let tokens = TokenScanner.tokens(of: String(repeating: text, count: times))
            return PhraseChart(tokens, grammar: grammar, actions: context, manner: .tasks).steps
        }
        for text in ["every monday and ", "1 2 3 ", "one two ", "from 5 to 6 on ", "((", "in 3 hours and "] {
            #expect(work(text, 200) <= 2 * work(text, 100) + work(text, 60))
        }
    }

    @Test func aGrammarIsReadOnce() throws {
        let reads = Mutex(0)
        let grammar = try GrammarLibrary.grammar("en")
        let cache = GrammarCache { (language: String) throws(HearthError) -> Grammar in
            reads.withLock { $0 += 1 }
            if language == "xx" { throw HearthError(.notFound, "None.") }
            return grammar
        }
        for _ in 0..<2 {
            #expect(try cache.grammar("en").language == "en")
            #expect(throws: HearthError.self) { try cache.grammar("xx") }
        }
        // What failed is tried again.
        #expect(reads.withLock { $0 } == 3)
    }
}
