import HearthCore
import HearthTesting
import Testing

/// Nicolas Seriot's "Parsing JSON is a minefield" corpus.
@Suite("JSON test suite", .enabled(if: TestData.has("json-test-suite"), "needs json-test-suite of the test data"))
struct JSONSuiteTests {
    private static let folder = "json-test-suite/test_parsing"

    private func accepts(_ name: String, _ options: JSONOptions = .init()) throws -> Bool {
        (try? JSONDocument(parsing: TestData.bytes(Self.folder + "/" + name), options: options)) != nil
    }

    @Test("accepts all that must be accepted and refuses all that must be refused")
    func verdicts() throws {
        let names = try TestData.names(in: Self.folder)
        var counts: [Character: (accepted: Int, refused: Int)] = [:]
        for name in names {
            let isAccepted = try accepts(name)
            let kind = try #require(name.first)
            counts[kind, default: (0, 0)].accepted += isAccepted ? 1 : 0
            counts[kind, default: (0, 0)].refused += isAccepted ? 0 : 1
            if kind == "y" { #expect(isAccepted, "\(name) must be accepted") }
            if kind == "n" { #expect(!isAccepted, "\(name) must be refused") }
        }
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("json-test-suite \(kind)_: \(count.accepted) accepted, \(count.refused) refused")
        }
        #expect(counts["y"]?.accepted ?? 0 >= 95)
        #expect(counts["n"]?.refused ?? 0 >= 187)
        #expect(counts["i"].map { $0.accepted + $0.refused } ?? 0 >= 35)
    }

    @Test("what the standard leaves open is decided as documented")
    func openQuestions() throws {
        let accepted = try TestData.names(in: Self.folder).filter { try $0.hasPrefix("i_") && accepts($0) }
        #expect(
            accepted == [
                "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json", "i_number_too_big_neg_int.json",
                "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json",
            ])
    }

    @Test("strict parsing refuses duplicate keys and nothing else of what must be accepted")
    func strict() throws {
        let refused = try TestData.names(in: Self.folder).filter { try $0.hasPrefix("y_") && !accepts($0, .strict) }
        #expect(refused == ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"])
    }

    @Test("what is accepted is written so that it reads back the same")
    func roundTrip() throws {
        var count = 0
        for folder in [Self.folder, "json-test-suite/test_transform"] {
            for name in try TestData.names(in: folder) {
                guard let document = try? JSONDocument(parsing: TestData.bytes(folder + "/" + name)) else { continue }
                try RoundTrip.check(document)
                count += 1
            }
        }
        #expect(count > 100)
    }
}
