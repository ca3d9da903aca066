import HearthCore
import HearthSchema
import OrderedCollections
import Testing

@Suite("Output formats")
struct OutputTests {
    private func output(_ text: String, _ schema: CompiledSchema, _ format: OutputFormat) throws -> JSONValue {
        try JSONDocument(parsing: text).withRoot { schema.output(of: $0, format: format) }
    }

    @Test("the basic output is a list of the keywords that failed")
    func basic() throws {
        let schema = try compile(
            ##"""
            {"$id": "https://example.org/polygon", "$defs": {"point": {"type": "object", "required": ["x", "y"],
             "properties": {"x": {"type": "number"}, "y": {"type": "number"}}, "additionalProperties": false}},
             "type": "array", "items": {"$ref": "#/$defs/point"}, "minItems": 3}
            """##)
        let output = try output(#"[{"x": 2.5, "y": 1.3}, {"x": 1, "z": 6.7}]"#, schema, .basic)
        #expect(output["valid"] == false)
        let found = (output["errors"]?.array ?? []).map {
            [$0["keywordLocation"], $0["absoluteKeywordLocation"], $0["instanceLocation"]].map { $0?.string ?? "-" }
        }
        let base = "https://example.org/polygon#"
        #expect(
            found == [
                ["/items", base + "/items", ""],
                ["/items/$ref", base + "/items/$ref", "/1"],
                ["/items/$ref/required", base + "/$defs/point/required", "/1"],
                ["/items/$ref/additionalProperties", base + "/$defs/point/additionalProperties", "/1"],
                ["/items/$ref/additionalProperties", base + "/$defs/point/additionalProperties", "/1/z"],
                ["/minItems", base + "/minItems", ""],
            ])
        #expect(output["errors"]?.array?.allSatisfy { $0["error"]?.string != nil && $0["valid"] == false } == true)
    }

    @Test("the detailed output is a tree without links of one child")
    func detailed() throws {
        let schema = try compile(
            ##"{"$id": "https://example.org/", "anyOf": [{"type": "string"}, {"items": {"type": "integer"}, "maxItems": 1}]}"##
        )
        let output = try output(#"[true, 1.5]"#, schema, .detailed)
        #expect(output["valid"] == false)
        let anyOf = output["errors"]?[0]
        #expect(anyOf?["keywordLocation"] == "/anyOf")
        #expect(anyOf?["errors"]?[0]?["keywordLocation"] == "/anyOf/0/type")
        let second = anyOf?["errors"]?[1]
        #expect(second?["keywordLocation"] == "/anyOf/1")
        #expect(second?["errors"]?[0]?["keywordLocation"] == "/anyOf/1/items")
        #expect(second?["errors"]?[0]?["errors"]?[1]?["instanceLocation"] == "/1")
        #expect(second?["errors"]?[1]?["keywordLocation"] == "/anyOf/1/maxItems")
    }

    @Test("a valid value's output has its annotations and no errors")
    func annotations() throws {
        let schema = try compile(
            #"{"title": "T", "default": null, "properties": {"a": {"format": "date"}}, "x-unit": "m"}"#)
        let output = try output(#"{"a": "no date"}"#, schema, .basic)
        #expect(output["valid"] == true)
        #expect(output["errors"] == JSONValue?.none)
        let found = (output["annotations"]?.array ?? []).map {
            [$0["keywordLocation"] ?? .null, $0["annotation"] ?? .bool(false)]
        }
        #expect(
            found == [
                ["/title", "T"], ["/default", .null], ["/properties", ["a"]], ["/properties/a/format", "date"],
                ["/x-unit", "m"],
            ])
        #expect(try self.output("1", compile("true"), .detailed)["valid"] == true)
    }

    @Test("the suite's output cases", .enabled(if: Suite.isPresent, "needs json-schema-test-suite in the test data"))
    func suite() throws {
        let outputSchema = try Suite.json("output-tests/draft2020-12/output-schema.json")
        let compiler = SchemaCompiler(documents: ["https://json-schema.org/draft/2020-12/output/schema": outputSchema])
        let anyOutput = try compiler.compile(outputSchema)
        var count = 0
        for file in ["escape", "general", "readOnly", "type"] {
            for group in try Suite.json("output-tests/draft2020-12/content/\(file).json").array ?? [] {
                let schema = try SchemaCompiler().compile(group["schema"] ?? .null)
                for test in group["tests"]?.array ?? [] {
                    let document = try JSONDocument(test["data"] ?? .null)
                    for (name, format) in [("basic", OutputFormat.basic), ("detailed", .detailed)] {
                        let output = try JSONDocument(document.withRoot { schema.output(of: $0, format: format) })
                        #expect(anyOutput.validate(output), "\(file), \(name)")
                        guard let expectation = test["output"]?[name] else { continue }
                        let errors = try output.withRoot { root throws in
                            try compiler.compile(expectation).errors(of: root)
                        }
                        #expect(errors.isEmpty, "\(file): \(test["description"]?.string ?? "")")
                        count += 1
                    }
                }
            }
        }
        print("JSON Schema Test Suite, output: \(count) cases")
        #expect(count == 4)
    }

    @Test(
        "the suite's annotation cases", .enabled(if: Suite.isPresent, "needs json-schema-test-suite in the test data"))
    func annotationSuite() throws {
        var total = 0
        var failures: [String] = []
        for file in ["applicators", "content", "core", "format", "meta-data", "unevaluated", "unknown"] {
            let suite = try Suite.json("annotations/tests/\(file).json")["suite"]?.array ?? []
            for group in suite where Self.applies(group["compatibility"]?.string) {
                let base = "https://example.org/annotated"
                var documents: [String: JSONValue] = [:]
                for (uri, document) in group["externalSchemas"]?.object ?? [:] { documents[uri] = document }
                let schema = try SchemaCompiler(documents: documents).compile(group["schema"] ?? .null, uri: base)
                for test in group["tests"]?.array ?? [] {
                    let document = try JSONDocument(test["instance"] ?? .null)
                    let output = document.withRoot { schema.output(of: $0, format: .basic) }
                    for assertion in test["assertions"]?.array ?? [] {
                        total += 1
                        let keyword = assertion["keyword"]?.string ?? ""
                        var found: [String: JSONValue] = [:]
                        for unit in output["annotations"]?.array ?? []
                        where unit["instanceLocation"] == assertion["location"]
                            && unit["keywordLocation"]?.string?.hasSuffix("/" + keyword) == true
                        {
                            let place = unit["absoluteKeywordLocation"]?.string?.dropLast(keyword.utf8.count + 1) ?? ""
                            found[Self.documentPlace(String(place), in: group["schema"] ?? .null, base)] =
                                unit["annotation"]
                        }
                        var expected: [String: JSONValue] = [:]
                        for (place, annotation) in assertion["expected"]?.object ?? [:] { expected[place] = annotation }
                        if found != expected {
                            failures.append("\(file): \(group["description"] ?? .null): \(assertion) \(found)")
                        }
                    }
                }
            }
        }
        print("JSON Schema Test Suite, annotations: \(total - failures.count) of \(total)")
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(total >= 84)
    }

    /// The suite places schemas by pointers from the document's root, also those of embedded resources.
    private static func documentPlace(_ place: String, in schema: JSONValue, _ base: String) -> String {
        for (name, definition) in schema["$defs"]?.object ?? [:] {
            guard let id = definition["$id"]?.string, let range = place.firstRange(of: "/\(id)#") else { continue }
            return "#/$defs/\(name)" + place[range.upperBound...]
        }
        return place.firstIndex(of: "#").map { String(place[$0...]) } ?? place
    }

    /// Whether a case is meant for draft 2020-12: `"6,<=2019"` is not.
    private static func applies(_ compatibility: String?) -> Bool {
        (compatibility ?? "").split(separator: ",").allSatisfy { part in
            if part.hasPrefix("<=") { return Int(part.dropFirst(2)).map { $0 >= 2020 } ?? false }
            if part.hasPrefix("=") { return part == "=2020" }
            return Int(part).map { $0 <= 2020 } ?? false
        }
    }
}
