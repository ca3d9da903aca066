import HearthCore
import HearthSchema
import HearthTesting

/// The JSON Schema Test Suite, read from the folder of test data.
enum Suite {
    static let folder = "json-schema-test-suite"
    /// The one file that asks for the rules of an older draft.
    static let crossDraft = "optional/cross-draft.json"
    static let isPresent = TestData.has(folder)

    /// One schema of a file with its cases.
    struct Group {
        var description: String
        var schema: JSONValue
        var cases: [JSONValue]
    }

    static func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: TestData.bytes("\(folder)/\(path)"))
    }

    static func groups(_ file: String) throws -> [Group] {
        try (json("tests/draft2020-12/\(file)").array ?? []).map {
            Group(
                description: $0["description"]?.string ?? "", schema: $0["schema"] ?? .null,
                cases: $0["tests"]?.array ?? [])
        }
    }

    /// Files in the draft's folder or one of its subfolders; none where the suite is missing.
    static func files(_ subfolder: String = "") -> [String] {
        let names = (try? TestData.names(in: "\(folder)/tests/draft2020-12/\(subfolder)")) ?? []
        return names.filter { $0.hasSuffix(".json") }.map { subfolder.isEmpty ? $0 : "\(subfolder)/\($0)" }
    }

    /// What schemas of the suite refer to, as if served at localhost:1234.
    static let remotes: [String: JSONValue] = {
        var documents: [String: JSONValue] = [:]
        var pending = [""]
        while let next = pending.popLast() {
            for name in (try? TestData.names(in: "\(folder)/remotes/\(next)")) ?? [] {
                let path = next.isEmpty ? name : "\(next)/\(name)"
                if name.hasSuffix(".json") {
                    documents["http://localhost:1234/\(path)"] = try? json("remotes/\(path)")
                } else {
                    pending.append(path)
                }
            }
        }
        return documents
    }()

    /// Runs the cases of a file; says which ones went wrong and how many there were.
    static func run(_ file: String, assertsFormat: Bool = false) throws -> (total: Int, failures: [String]) {
        let compiler = SchemaCompiler(documents: remotes, assertsFormat: assertsFormat)
        var total = 0
        var failures: [String] = []
        for group in try groups(file) {
            total += group.cases.count
            do {
                let schema = try compiler.compile(group.schema)
                for test in group.cases {
                    let document = try JSONDocument(test["data"] ?? .null)
                    let expected = test["valid"]?.bool ?? false
                    let (isValid, errors) = document.withRoot { (schema.validate($0), schema.errors(of: $0)) }
                    if isValid != expected || errors.isEmpty != expected {
                        let name = "\(file): \(group.description): \(test["description"]?.string ?? "")"
                        failures.append("\(name): decided \(isValid), errors \(errors)")
                    }
                }
            } catch {
                failures += group.cases.map { _ in "\(file): \(group.description): \(error)" }
            }
        }
        return (total, failures)
    }
}
