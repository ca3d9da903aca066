import HearthCore
import HearthSchema
import Testing

@Suite("Regular expressions")
struct PatternTests {
    @Test(
        "expressions mean what ECMA-262 says",
        arguments: [
            ("^a.c$", "a\u{2028}c", false), ("^a.c$", "a\u{85}c", true), ("a$", "a\n", false), (#"^\w+$"#, "é", false),
            (#"^[^\d]$"#, "٣", true), (#"^[\S]$"#, "\u{feff}", false), (#"^[\s\S]$"#, "\u{feff}", true),
            (#"^[\W]$"#, "é", true), (#"^[\w-]+$"#, "a-b", true), (#"^[a\-z]+$"#, "a-z", true), ("^[--/]$", ".", true),
            ("^[]$", "", false), ("^[^]$", "\n", true), ("^[[]$", "[", true), ("^[[:alpha:]]$", "a]", true),
            (#"^\u{1F600}$"#, "😀", true), (#"^\uD83D\uDE00$"#, "😀", true),
            (#"^[\uD83D\uDE00-\uD83D\uDE10]$"#, "😁", true),
            (#"^\uD83D$"#, "😀", false), (#"^[\uD800-\uDFFF]$"#, "a", false), ("^.$", "😀", true),
            (#"^(?<year>\d{4})-\k<year>$"#, "2024-2024", true), (#"^(?<year>\d{4})-\k<year>$"#, "2024-2025", false),
            (#"^(a)?\1b$"#, "b", true), (#"^\1(a)$"#, "a", true), (#"^(?:a|b){2,3}?$"#, "aba", true),
            (#"^(?=.*\d)(?!.*x).{3}$"#, "a1b", true), (#"^(?<=a)b|(?<!a)c$"#, "c", true), ("^a{,2}$", "a{,2}", true),
            ("^}]$", "}]", true), (#"^\p{Script=Greek}+$"#, "αβγ", true), (#"^\p{scx=Hira}$"#, "あ", true),
            (#"^\P{L}$"#, "1", true), (#"^[\p{Lu}\p{Nd}]+$"#, "A1", true),
            (#"^\p{General_Category=Uppercase_Letter}$"#, "É", true),
            (#"^\p{Assigned}$"#, "a", true), (#"^\p{Any}$"#, "\u{378}", true), (#"^\0\x41\cJ$"#, "\u{0}A\n", true),
            (#"^[\b]$"#, "\u{8}", true), (#"\bfoo\b"#, "a foo b", true), (#"^\/\-\@$"#, "/-@", true),
            ("(?:)", "", true),
            ("^$", "", true), (#"^\.\*\$"#, ".*$", true), ("^#x y$", "#x y", true),
        ])
    func meaning(pattern: String, text: String, expected: Bool) throws {
        let schema = try SchemaCompiler().compile(["pattern": .string(pattern)])
        #expect(try isValid(JSONValue.string(text).text, schema) == expected)
    }

    /// A group around a pattern changes nothing of its meaning and keeps it from the fast way.
    @Test(
        "patterns of plain characters mean the same the fast way",
        arguments: [
            "^[0-9a-f]{3}$", "^[a-c]+$", "^[a-c_Z]*$", "^[a]$", "^[a-c]{2,}$", "^[a-c]{1,2}$", "^[a-c]{,2}$",
            "^[a-c]{0}$",
            "^[a-]{2}$", "^[^a]$", "^[a-c]{2}?$", "^[a-c]$$", "^[a-c]{1}{2}$",
        ])
    func runs(pattern: String) throws {
        let texts = [
            "", "a", "b", "Z", "_", "ab", "abc", "abcd", "a{,2}", "0f9", "0g9", "-", "--", "a-", "é", "aé", "ab\n",
            "a\u{0}", "^a$",
            "😀", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ]
        guard let fast = try? SchemaCompiler().compile(["pattern": .string(pattern)]) else {
            #expect(throws: HearthError.self) { try SchemaCompiler().compile(["pattern": .string("(?:\(pattern))")]) }
            return
        }
        let slow = try SchemaCompiler().compile(["pattern": .string("(?:\(pattern))")])
        for text in texts {
            let json = JSONValue.string(text).text
            let (one, other) = (try isValid(json, fast), try isValid(json, slow))
            #expect(one == other, "\(json)")
        }
    }

    @Test(
        "what is not ECMA-262 is refused, also where PCRE2 would take it",
        arguments: [
            "(", ")", "a)", "[a", "*", "a**", "a++", "a*+", "(?>a)", "(?i)a", "(?P<n>a)", "(*FAIL)", #"\Q.\E"#, #"\K"#,
            #"\z"#,
            #"\1"#, #"(a)\2"#, #"\k<n>"#, #"(?<n>a)(?<n>b)"#, "(?<1>a)", "[b-a]", "a{2,1}", "{2}", "a{1}{2}", "^*",
            #"\b+"#,
            #"\"#, #"\u{110000}"#, #"\u12"#, #"\x1"#, #"\c1"#, #"\00"#, #"\p{Nope}"#, #"\p{L"#, #"\pL"#, "a{65536}",
            "(?#c)",
            #"(?<=a+)b"#, "((a{1000}){1000}){1000}",
        ])
    func refusals(pattern: String) throws {
        let error = #expect(throws: HearthError.self) {
            try SchemaCompiler().compile(["properties": ["a/b": ["pattern": .string(pattern)]]])
        }
        #expect(error?.code == .invalidSchema)
        #expect(error?.fields.first?.pointer == "/properties/a~1b/pattern")
    }

    @Test(
        "catastrophic backtracking ends as an error and not as a hang",
        arguments: ["^(a+)+$", "^(a|a)*$", #"^(\w+\s?)*$"#])
    func backtracking(pattern: String) throws {
        let schema = try SchemaCompiler().compile(["pattern": .string(pattern)])
        let text = JSONValue.string(String(repeating: "a", count: 5000) + "!").text
        let start = ContinuousClock.now
        #expect(try !isValid(text, schema))
        #expect(try errors(text, schema).map(\.message) == ["the pattern took too long to match"])
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("an expression that took too long is an error under not as well")
    func backtrackingUnderNot() throws {
        let schema = try compile(#"{"not": {"pattern": "^(a+)+$"}}"#)
        #expect(try !isValid(JSONValue.string(String(repeating: "a", count: 5000) + "!").text, schema))
        #expect(try isValid(#""b""#, schema))
    }

    @Test("many slow matches together have a bound in time")
    func totalTime() throws {
        var limits = SchemaLimits.standard
        limits.patternMilliseconds = 20
        limits.patternSteps = 100_000_000
        let schema = try compile(#"{"items": {"pattern": "^(a|b|ab)*c$"}}"#, limits: limits)
        let slow = "\"" + String(repeating: "ab", count: 9) + "\""
        let text = "[" + Array(repeating: slow, count: 20_000).joined(separator: ",") + "]"
        let start = ContinuousClock.now
        let document = try JSONDocument(parsing: text)
        #expect(!schema.validate(document))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("one schema serves many threads")
    func threads() async throws {
        let schema = try compile(#"{"pattern": "^([a-z]+)-\\1$", "maxLength": 20}"#)
        let outcomes = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var count = 0
                    for round in 0..<500 {
                        let word = String(repeating: "x", count: (task + round) % 8 + 1)
                        let document = try JSONDocument(parsing: "\"\(word)-\(word)\"")
                        if schema.validate(document) { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(outcomes == 4000)
    }

    @Test("bytes count as the base64 text they are stored as")
    func bytes() throws {
        // {"b": bin8 "abc"}
        let packed: [UInt8] = [0x81, 0xa1, 0x62, 0xc4, 0x03, 0x61, 0x62, 0x63]
        let document = try packed.withUnsafeBytes { bytes throws in try JSONDocument(parsingMessagePack: bytes) }
        let schema = try compile(
            #"{"properties": {"b": {"type": "string", "pattern": "^YWJj$", "minLength": 4, "maxLength": 4, "const": "YWJj"}}}"#
        )
        #expect(schema.validate(document))
        #expect(document.withRoot { schema.errors(of: $0) } == [])
        #expect(try !compile(#"{"properties": {"b": {"enum": ["abc"]}}}"#).validate(document))
        #expect(try !compile(#"{"properties": {"b": {"maxLength": 3}}}"#).validate(document))
    }
}
