import HearthCore
import HearthSchema
import Testing

@Suite("Errors of values")
struct ErrorTests {
    @Test(
        "every keyword says what it wants in words",
        arguments: [
            (#"{"type": "number"}"#, #""a""#, "must be a number, not a string"),
            (#"{"type": ["integer", "null"]}"#, "1.5", "must be null or a whole number, not a number"),
            (
                #"{"type": ["boolean", "array", "object"]}"#, "1",
                "must be true or false, an array or an object, not a number"
            ),
            (#"{"type": "string"}"#, "true", "must be a string, not a boolean"),
            (#"{"enum": ["a", 1, null]}"#, "2", #"must be one of "a", 1, null"#),
            (#"{"enum": ["a"]}"#, "2", #"must be "a""#),
            (#"{"enum": []}"#, "2", "must be something else; no value is allowed"),
            (#"{"const": {"a": 1}}"#, "2", #"must be {"a":1}"#),
            (#"{"minimum": 0}"#, "-1", "must be at least 0"),
            (#"{"maximum": 90.5}"#, "91", "must be at most 90.5"),
            (#"{"exclusiveMinimum": 0}"#, "0", "must be greater than 0"),
            (#"{"exclusiveMaximum": 1e3}"#, "1000", "must be less than 1000"),
            (#"{"multipleOf": 0.01}"#, "0.001", "must be a multiple of 0.01"),
            (#"{"minLength": 1}"#, #""""#, "must have at least 1 character"),
            (#"{"maxLength": 2}"#, #""äöü""#, "must have at most 2 characters"),
            (#"{"pattern": "^a"}"#, #""b""#, "must match the pattern ^a"),
            (#"{"format": "date"}"#, #""b""#, "must be a date, like 2026-11-21"),
            (#"{"minItems": 2}"#, "[1]", "must have at least 2 items"),
            (#"{"maxItems": 1}"#, "[1, 2]", "must have at most 1 item"),
            (#"{"uniqueItems": true}"#, "[1, 2, 3, 2.0]", "must have no two equal items; items 1 and 3 are equal"),
            (#"{"contains": {"const": 1}}"#, "[2]", "must have at least 1 item that fits"),
            (#"{"contains": {"const": 1}, "minContains": 2}"#, "[1]", "must have at least 2 items that fit"),
            (#"{"contains": {"const": 1}, "maxContains": 1}"#, "[1, 1]", "must have at most 1 item that fits"),
            (#"{"required": ["a"]}"#, "{}", "is required"),
            (#"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#, #"lacks the required member "b", which "a" needs"#),
            (#"{"minProperties": 1}"#, "{}", "must have at least 1 member"),
            (#"{"maxProperties": 0}"#, #"{"a": 1}"#, "must have at most 0 members"),
            (#"{"not": {}}"#, "1", "must not have this form"),
            (#"{"anyOf": [{"type": "null"}, {"type": "string"}]}"#, "1", "has none of the 2 forms that are allowed"),
            (
                #"{"oneOf": [true, {"minimum": 0}]}"#, "1",
                "has 2 of the allowed forms at once, and must have exactly one"
            ),
            ("false", "1", "is not allowed here"),
        ])
    func wording(schema: String, value: String, message: String) throws {
        #expect(try errors(value, compile(schema, assertsFormat: true)).map(\.message) == [message])
    }

    @Test("an error names the member, the keyword and the keyword's own place")
    func places() throws {
        let schema = try compile(
            ##"""
            {"$id": "https://example.org/s", "properties": {"a/b": {"items": {"$ref": "#/$defs/x%25y"}}},
             "$defs": {"x%y": {"minimum": 1}}, "additionalProperties": false, "propertyNames": {"maxLength": 3}}
            """##)
        let found = try errors(#"{"a/b": [1, 0], "c~dd": 1}"#, schema)
        #expect(
            found.map { [$0.instanceLocation.text, $0.keywordLocation.text, $0.absoluteKeywordLocation, $0.message] }
                == [
                    [
                        "/a~1b/1", "/properties/a~1b/items/$ref/minimum", "https://example.org/s#/$defs/x%25y/minimum",
                        "must be at least 1",
                    ],
                    [
                        "/c~0dd", "/additionalProperties", "https://example.org/s#/additionalProperties",
                        "is not a member that is known here",
                    ],
                    [
                        "/c~0dd", "/propertyNames/maxLength", "https://example.org/s#/propertyNames/maxLength",
                        "must have at most 3 characters",
                    ],
                ])
        #expect(found.first?.description == "/a~1b/1 must be at least 1")
    }

    @Test("a missing member is named by its place, each for itself")
    func missingMembers() throws {
        let schema = try compile(#"{"properties": {"in": {"required": ["a", "b\"c", "d/e"]}}}"#)
        #expect(
            try errors(#"{"in": {"a": 1}}"#, schema).map(\.description)
                == [#"/in/b"c is required"#, "/in/d~1e is required"])
        let document = try JSONDocument(parsing: Array(#"{"in": {}}"#.utf8))
        #expect(
            document.withRoot { schema.errors(of: $0, limit: 2) }.map(\.instanceLocation.text) == [
                "/in/a", #"/in/b"c"#,
            ])
        // The standard output keeps to the keyword's own place.
        let unit = document.withRoot { schema.output(of: $0, format: .basic) }["errors"]?.array?.last
        #expect(unit?["instanceLocation"] == "/in")
        #expect(unit?["error"]?.string == #"lacks the required members "a", "b\"c", "d/e""#)
    }

    @Test("the branch that the value resembles is the one whose errors are told")
    func likeliestBranch() throws {
        let schema = try compile(
            #"""
            {"oneOf": [{"type": "null"},
                       {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "size": {"minimum": 0}}}]}
            """#)
        #expect(try errors(#"{"kind": "a", "size": -1}"#, schema).map(\.description) == ["/size must be at least 0"])
        #expect(try errors("1", schema).map(\.message) == ["has none of the 2 forms that are allowed"])
    }

    @Test("if, then and else are told under their own names")
    func conditionals() throws {
        let schema = try compile(
            #"{"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"if": {"minimum": 0}, "then": {"maximum": 5}}}"#
        )
        #expect(try errors(#""a""#, schema).map(\.keywordLocation.text) == ["/then/minLength"])
        #expect(try errors("6", schema).map(\.keywordLocation.text) == ["/else/then/maximum"])
        #expect(try errors("-1", schema).isEmpty)
    }

    @Test("errors repeat no part of the value")
    func discretion() throws {
        let schema = try compile(
            #"{"properties": {"a": {"type": "number", "enum": [1], "pattern": "x", "format": "date", "maxLength": 1, "const": 2}}}"#,
            assertsFormat: true)
        for error in try errors(#"{"a": "SECRET"}"#, schema) { #expect(!error.description.contains("SECRET")) }
    }
}
