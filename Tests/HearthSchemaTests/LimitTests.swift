import HearthCore
import HearthSchema
import Testing

@Suite("Limits of the validator")
struct LimitTests {
    @Test(
        "a schema that applies itself to the same value is refused",
        arguments: [
            ##"{"$ref": "#"}"##, ##"{"allOf": [{"$ref": "#"}]}"##,
            ##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}"##,
            ##"{"if": {"$dynamicRef": "#x"}, "$dynamicAnchor": "x"}"##,
            ##"{"dependentSchemas": {"a": {"$ref": "#"}}}"##,
        ])
    func loops(text: String) throws {
        let error = #expect(throws: HearthError.self) { try compile(text) }
        #expect(error?.message.contains("for ever") == true)
    }

    @Test("a schema that leads into the value may refer to itself")
    func recursion() throws {
        let schema = try compile(##"{"properties": {"next": {"$ref": "#"}}, "additionalProperties": false}"##)
        let deep = String(repeating: #"{"next":"#, count: 127) + "{}" + String(repeating: "}", count: 127)
        #expect(try isValid(deep, schema))
        let wrong = String(repeating: #"{"next":"#, count: 126) + #"{"nxt":{}}"# + String(repeating: "}", count: 126)
        let found = try errors(wrong, schema)
        #expect(found.count == 1)
        #expect(found.first?.instanceLocation.text == String(repeating: "/next", count: 126) + "/nxt")
    }

    @Test("a long chain of schemas ends in an error before the stack does")
    func depth() throws {
        let links = (0..<5000).map { ##""s\##($0)": {"minLength": 1, "$ref": "#/$defs/s\##($0 + 1)"}"## }
        let schema = try compile(
            ##"{"$defs": {\##(links.joined(separator: ",")), "s5000": true}, "$ref": "#/$defs/s0"}"##)
        #expect(try !isValid("\"a\"", schema))
        #expect(try errors("\"a\"", schema).map(\.message) == ["the value is nested too deeply for its schema"])
    }

    @Test("work that doubles with every schema ends in an error")
    func work() throws {
        var limits = SchemaLimits.standard
        limits.evaluationSteps = 100_000
        let links = (0..<60).map {
            ##""s\##($0)": {"anyOf": [{"$ref": "#/$defs/s\##($0 + 1)"}, {"not": {"$ref": "#/$defs/s\##($0 + 1)"}}], "not": {}}"##
        }
        let schema = try compile(
            ##"{"$defs": {\##(links.joined(separator: ",")), "s60": {"not": {}}}, "$ref": "#/$defs/s0"}"##,
            limits: limits)
        #expect(try !isValid("1", schema))
        #expect(try errors("1", schema).map(\.message) == ["checking the value took too long"])
    }

    @Test("the size of a schema is bounded")
    func size() throws {
        var limits = SchemaLimits.standard
        limits.nodes = 50
        let many = (0..<60).map { #""p\#($0)": {"type": "string"}"# }.joined(separator: ",")
        #expect(throws: HearthError.self) { try compile(#"{"properties": {\#(many)}}"#, limits: limits) }
        limits.nodes = 100
        _ = try compile(#"{"properties": {\#(many)}}"#, limits: limits)
        limits.patternBytes = 10
        #expect(throws: HearthError.self) { try compile(#"{"pattern": "aaaaaaaaaaaaaaaaaaa"}"#, limits: limits) }
        limits.schemaDepth = 5
        let deep = String(repeating: #"{"not":"#, count: 20) + "{}" + String(repeating: "}", count: 20)
        #expect(throws: HearthError.self) { try compile(deep, limits: limits) }
        limits.documents = 3
        let documents = Dictionary(
            uniqueKeysWithValues: (0..<9).map { number in
                ("https://example.org/\(number)", ["$ref": .string("https://example.org/\(number + 1)")] as JSONValue)
            })
        #expect(throws: HearthError.self) {
            try SchemaCompiler(documents: documents, limits: limits).compile(["$ref": "https://example.org/0"])
        }
    }

    @Test("dynamic anchors multiply schemas up to the limit and no further")
    func dynamicAnchors() throws {
        // Every order in which the resources can be entered is a scope of its own.
        let resources = (0..<12).map { number in
            let others = (0..<12).map { #"{"$ref": "r\#($0)"}"# }.joined(separator: ",")
            return
                #""d\#(number)": {"$id": "r\#(number)", "$dynamicAnchor": "a\#(number)", "items": {"anyOf": [\#(others)]}}"#
        }
        var limits = SchemaLimits.standard
        limits.nodes = 20_000
        #expect(throws: HearthError.self) {
            try compile(
                #"{"$id": "https://example.org/", "$defs": {\#(resources.joined(separator: ","))}, "$ref": "r0"}"#,
                limits: limits)
        }
    }

    @Test("errors are told up to a limit")
    func errorLimit() throws {
        let schema = try compile(#"{"items": {"properties": {"a": {"type": "string", "minLength": 2}}}}"#)
        let many = "[" + Array(repeating: #"{"a": 1}"#, count: 1000).joined(separator: ",") + "]"
        #expect(try errors(many, schema, limit: 7).count == 7)
        #expect(try errors(many, schema, limit: 1).count == 1)
        #expect(try errors(many, schema, limit: 100_000).count == SchemaLimits.standard.failuresPerContainer)
    }

    @Test("containers larger than one word of marks are tracked")
    func manyMarks() throws {
        let schema = try compile(
            #"{"anyOf": [{"patternProperties": {"^a": true}}, {"patternProperties": {"^b": true}}], "unevaluatedProperties": false}"#
        )
        let members = (0..<200).map { "\"\($0 % 2 == 0 ? "a" : "b")\($0)\": 0" }
        #expect(try isValid("{\(members.joined(separator: ","))}", schema))
        #expect(try !isValid("{\(members.joined(separator: ",")), \"c\": 0}", schema))
        #expect(try !isValid("{\"c\": 0, \(members.joined(separator: ","))}", schema))
        let items = try compile(#"{"contains": {"type": "string"}, "unevaluatedItems": {"type": "null"}}"#)
        let elements = (0..<150).map { $0 % 3 == 0 ? "\"s\"" : "null" }
        #expect(try isValid("[\(elements.joined(separator: ","))]", items))
        #expect(try !isValid("[\(elements.joined(separator: ",")), 1]", items))
    }

    @Test("many required members, beyond one word")
    func manyRequired() throws {
        let names = (0..<100).map { "\"name\($0)\"" }
        let schema = try compile(
            #"{"required": [\#(names.joined(separator: ","))], "properties": {"name3": {"type": "integer"}}}"#)
        func object(without left: Int?) -> String {
            "{" + (0..<100).filter { $0 != left }.map { "\"name\($0)\": 1" }.joined(separator: ",") + ", \"more\": 2}"
        }
        #expect(try isValid(object(without: nil), schema))
        for left in [0, 3, 63, 64, 99] { #expect(try !isValid(object(without: left), schema)) }
    }

    @Test("names that differ only in the middle are told apart")
    func longNames() throws {
        let names = ["aaaaaaaaXXaaaaaaaa", "aaaaaaaaYYaaaaaaaa", "aaaaaaaaaaaaaaaa", "", "a", "ab", "abc", "é"]
        let entries = names.enumerated().map { "\(JSONValue.string($1).text): {\"const\": \($0)}" }
        let schema = try compile(
            #"{"properties": {\#(entries.joined(separator: ","))}, "additionalProperties": false}"#)
        for (number, name) in names.enumerated() {
            #expect(try isValid("{\(JSONValue.string(name).text): \(number)}", schema), "\(name)")
            #expect(try !isValid("{\(JSONValue.string(name).text): -1}", schema), "\(name)")
        }
        #expect(try !isValid(#"{"aaaaaaaaZZaaaaaaaa": 0}"#, schema))
    }
}
