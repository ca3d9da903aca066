import HearthCore
import HearthSchema
import OrderedCollections
import Testing

@Suite("Compiling schemas")
struct CompilerTests {
    @Test(
        "a fault is placed and said in words",
        arguments: [
            (#"{"properties": {"a": {"type": "numbr"}}}"#, "/properties/a/type"), (#"{"type": []}"#, "/type"),
            (#"{"minimum": "1"}"#, "/minimum"), (#"{"multipleOf": 0}"#, "/multipleOf"),
            (#"{"multipleOf": -2}"#, "/multipleOf"),
            (#"{"maxLength": -1}"#, "/maxLength"), (#"{"maxLength": 1.5}"#, "/maxLength"),
            (#"{"items": [{}]}"#, "/items"),
            (#"{"allOf": {}}"#, "/allOf"), (#"{"anyOf": []}"#, "/anyOf"), (#"{"required": "a"}"#, "/required"),
            (#"{"required": ["a", "a"]}"#, "/required"), (#"{"required": [1]}"#, "/required"),
            (#"{"enum": 1}"#, "/enum"),
            (#"{"uniqueItems": 1}"#, "/uniqueItems"), (#"{"properties": []}"#, "/properties"), (#"{"not": 1}"#, "/not"),
            (#"{"properties": {"a": null}}"#, "/properties/a"),
            (#"{"patternProperties": {"(": {}}}"#, "/patternProperties/("),
            (#"{"dependentRequired": {"a": 1}}"#, "/dependentRequired"), (#"{"format": 1}"#, "/format"),
            (#"{"$ref": 1}"#, "/$ref"),
            (#"{"$id": 1}"#, "/$id"), (#"{"$id": "a#b"}"#, "/$id"), (#"{"$anchor": 1}"#, "/$anchor"), ("1", ""),
            ("[]", ""),
            (#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#, "/$schema"),
            (#"{"minContains": -1}"#, "/minContains"),
            (#"{"then": 1}"#, "/then"),
        ])
    func faults(text: String, pointer: String) throws {
        let error = #expect(throws: HearthError.self) { try compile(text) }
        #expect(error?.code == .invalidSchema)
        #expect(error?.fields.map(\.pointer) == [pointer])
    }

    @Test(
        "a reference that leads nowhere is told with its place",
        arguments: ["#/$defs/none", "#none", "other.json", "https://example.org/x"])
    func unresolved(reference: String) throws {
        let error = #expect(throws: HearthError.self) {
            try SchemaCompiler().compile(["items": ["$ref": .string(reference)]])
        }
        #expect(error?.code == .unresolvedReference)
        #expect(error?.fields.first?.pointer == "/items/$ref")
        #expect(error?.hint?.contains("never fetched") == true)
    }

    @Test("two schemas of one name are refused")
    func names() throws {
        #expect(throws: HearthError.self) { try compile(#"{"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}}"#) }
        #expect(throws: HearthError.self) { try compile(#"{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}"#) }
        _ = try compile(#"{"$defs": {"a": {"$anchor": "x"}, "b": {"$id": "y", "$anchor": "x"}}}"#)
    }

    @Test("a required vocabulary that is not known is refused, an optional one is not")
    func vocabularies() throws {
        func schema(_ isRequired: Bool) throws -> CompiledSchema {
            let metaschema: JSONValue = [
                "$vocabulary": [
                    "https://json-schema.org/draft/2020-12/vocab/core": true,
                    "https://example.org/v": .bool(isRequired),
                ]
            ]
            return try SchemaCompiler(documents: ["https://example.org/m": metaschema])
                .compile(["$schema": "https://example.org/m", "minimum": 1])
        }
        #expect(throws: HearthError.self) { try schema(true) }
        // Without the vocabulary of validation, `minimum` is no demand.
        #expect(try isValid("0", schema(false)))
    }

    @Test("what the compiler takes, the metaschema takes, and the other way round")
    func metaschema() throws {
        let metaschema = try SchemaCompiler.metaschema()
        let good = [
            "true", "{}", #"{"type": ["string", "null"], "minLength": 2.0}"#, #"{"x-anything": {"type": 7}}"#,
            ##"{"$defs": {"a": {"$anchor": "a"}}, "$ref": "#a"}"##, #"{"properties": {"a": {"items": false}}}"#,
        ]
        for text in good {
            #expect(try isValid(text, metaschema), "\(text)")
            _ = try compile(text)
        }
        let bad = [
            "1", #"{"type": "numbr"}"#, #"{"minLength": -1}"#, #"{"properties": {"a": {"required": ["x", "x"]}}}"#,
            #"{"allOf": []}"#, #"{"multipleOf": 0}"#, #"{"items": [{}]}"#,
        ]
        for text in bad {
            #expect(try !isValid(text, metaschema), "\(text)")
            #expect(throws: HearthError.self, "\(text)") { try compile(text) }
        }
    }

    @Test("format is checked when the option says so or the vocabulary demands it")
    func formats() throws {
        #expect(try isValid(#""x""#, compile(#"{"format": "ipv4"}"#)))
        #expect(try !isValid(#""x""#, compile(#"{"format": "ipv4"}"#, assertsFormat: true)))
        #expect(try isValid("1", compile(#"{"format": "ipv4"}"#, assertsFormat: true)))
        #expect(try isValid(#""x""#, compile(#"{"format": "unheard-of"}"#, assertsFormat: true)))
        #expect(try !isValid(#""x""#, CompiledSchema(streamSchema: ["format": "date-time"])))
    }

    @Test(
        "references are resolved against the nearest base",
        arguments: ["a/b.json", "/root/a/b.json", "../root/./a/b.json", "//example.org/root/a/b.json"])
    func bases(reference: String) throws {
        let compiler = SchemaCompiler(documents: ["https://example.org/root/a/b.json": ["const": 1]])
        let schema = try compiler.compile(["$id": "https://example.org/root/s.json", "$ref": .string(reference)])
        #expect(try isValid("1", schema))
        #expect(try !isValid("2", schema))
    }
}
