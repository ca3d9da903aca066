import Foundation
import HearthCore
import HearthSchema
import HearthTesting
import Testing

/// Bounded by `HEARTH_FUZZ_SECONDS` (3 by default), repeatable with `HEARTH_FUZZ_SEED`.
@Suite("Fuzzing of the validator")
struct FuzzTests {
    private let seconds = ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init) ?? 3
    private let seed = ProcessInfo.processInfo.environment["HEARTH_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    @Test("random schemas and values: the fast way and the telling way agree")
    func randomSchemas() throws {
        var random = RandomSchema(generator: SplitMix64(seed: seed))
        let end = ContinuousClock.now + .seconds(seconds)
        var schemas = 0
        var refused = 0
        var decided = [false: 0, true: 0]
        while ContinuousClock.now < end {
            let source = random.schema()
            guard let schema = try? SchemaCompiler(assertsFormat: true).compile(source) else {
                refused += 1
                continue
            }
            schemas += 1
            for _ in 0..<12 {
                let value = random.value()
                let document = try JSONDocument(value)
                let (isValid, errors, output) = document.withRoot {
                    (schema.validate($0), schema.errors(of: $0), schema.output(of: $0, format: .detailed))
                }
                decided[isValid, default: 0] += 1
                try #require(
                    isValid == errors.isEmpty && output["valid"] == .bool(isValid),
                    "seed \(seed): \(source.text) on \(value.text): decided \(isValid), errors \(errors)")
            }
        }
        print(
            "validator fuzz: \(schemas) schemas, \(refused) refused, \(decided[true] ?? 0) valid, \(decided[false] ?? 0) not, seed \(seed)"
        )
        #expect(schemas > 50)
        #expect(decided.values.allSatisfy { $0 > 50 })
    }

    @Test(
        "mutated schemas of the suite never crash the compiler",
        .enabled(if: Suite.isPresent, "needs json-schema-test-suite in the test data"))
    func mutatedSchemas() throws {
        let compiler = SchemaCompiler(documents: Suite.remotes, assertsFormat: true)
        let groups = try Suite.files().flatMap { try Suite.groups($0) }
        var generator = SplitMix64(seed: seed)
        let tokens = [
            "\"", "{", "}", "[", "]", ",", ":", "1e308", "-1", "0", "null", "true", "\"$ref\"", "\"#\"", "\"type\"",
            "\"items\"",
            "\"unevaluatedProperties\"", "\"$dynamicRef\"", "\"properties\"", "\"pattern\"", "\\", "(", "*", "\"not\"",
        ].map { Array($0.utf8) }
        let end = ContinuousClock.now + .seconds(seconds)
        var compiled = 0
        var tried = 0
        while ContinuousClock.now < end {
            guard let group = groups.randomElement(using: &generator) else { break }
            var text = Array(group.schema.text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0...text.count, using: &generator)
                let length = min(text.count - place, Int.random(in: 0...8, using: &generator))
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: text.removeSubrange(place..<place + length)
                case 1:
                    text.replaceSubrange(place..<place + length, with: tokens.randomElement(using: &generator) ?? [])
                default: text.insert(contentsOf: text[place..<place + length], at: place)
                }
            }
            tried += 1
            guard let source = try? JSONValue(parsing: text), let schema = try? compiler.compile(source) else {
                continue
            }
            compiled += 1
            for test in group.cases {
                let document = try JSONDocument(test["data"] ?? .null)
                let (isValid, errors) = document.withRoot { (schema.validate($0), schema.errors(of: $0)) }
                try #require(
                    isValid == errors.isEmpty, "seed \(seed): \(source.text) on \(test.text): \(isValid), \(errors)")
            }
        }
        print("compiler fuzz: \(tried) schemas tried, \(compiled) compiled, seed \(seed)")
    }

    @Test("random expressions never crash the translator, and what it takes PCRE2 takes or names its fault")
    func randomPatterns() throws {
        var generator = SplitMix64(seed: seed)
        let pieces = [
            "a", "b", ".", "*", "+", "?", "{2}", "{1,}", "{0,3}", "(", ")", "(?:", "(?=", "(?!", "(?<=", "(?<n>", "|",
            "[", "]", "[^",
            "-", "\\d", "\\S", "\\w", "\\b", "\\1", "\\k<n>", "\\p{L}", "\\P{Lu}", "\\u{1F600}", "\\uD83D", "\\x41",
            "\\cA", "\\",
            "^", "$", "{", "}", "é", "😀", "\\0", "\\-", "#", " ",
        ]
        let subjects = try ["", "a", "ab", "aaaaaaaaaaaaaaaaaaaaaaaa!", "é😀", "1-b"].map {
            try JSONDocument(.string($0))
        }
        let end = ContinuousClock.now + .seconds(seconds / 3)
        var taken = 0
        var tried = 0
        while ContinuousClock.now < end {
            let count = Int.random(in: 1...8, using: &generator)
            let pattern = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            tried += 1
            guard let schema = try? SchemaCompiler().compile(["pattern": .string(pattern)]) else { continue }
            taken += 1
            for subject in subjects { _ = schema.validate(subject) }
        }
        print("pattern fuzz: \(tried) tried, \(taken) taken, seed \(seed)")
        #expect(taken > 100)
    }
}
