import HearthCore
import HearthSchema
import Testing

@Suite("JSON Schema Test Suite", .enabled(if: Suite.isPresent, "needs json-schema-test-suite in the test data"))
struct SuiteTests {
    @Test("every required case", arguments: Suite.files())
    func required(file: String) throws {
        let (_, failures) = try Suite.run(file)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("the number of required cases")
    func count() throws {
        let counts = try Suite.files().map { try Suite.run($0) }
        let total = counts.reduce(0) { $0 + $1.total }
        let failed = counts.reduce(0) { $0 + $1.failures.count }
        print("JSON Schema Test Suite, required: \(total - failed) of \(total)")
        #expect(total >= 1299)
        #expect(failed == 0)
    }

    @Test("every format, asserted", arguments: Suite.files("optional/format"))
    func format(file: String) throws {
        let (total, failures) = try Suite.run(file, assertsFormat: true)
        print("JSON Schema Test Suite, \(file): \(total - failures.count) of \(total)")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("optional behaviour", arguments: Suite.files("optional").filter { $0 != Suite.crossDraft })
    func optional(file: String) throws {
        let (total, failures) = try Suite.run(file)
        print("JSON Schema Test Suite, \(file): \(total - failures.count) of \(total)")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("a reference to a schema of an older draft is refused, not misread")
    func crossDraft() throws {
        let group = try #require(try Suite.groups(Suite.crossDraft).first)
        let error = #expect(throws: HearthError.self) {
            try SchemaCompiler(documents: Suite.remotes).compile(group.schema)
        }
        #expect(error?.code == .invalidSchema)
        #expect(error?.message.contains("https://json-schema.org/draft/2019-09/schema is not known") == true)
    }
}
