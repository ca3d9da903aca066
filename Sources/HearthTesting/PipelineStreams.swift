package import HearthCore
package import HearthSchema

/// Streams for tests of background work: notes, the words made of them, the letters counted in those.
package struct PipelineStreams: Sendable {
    package let note: StreamDefinition
    package let words: StreamDefinition
    package let letters: StreamDefinition
    package let registry: StreamRegistry

    package init() throws(HearthError) {
        note = try Self.definition("note", #""text": {"type": "string"}"#)
        words = try Self.definition(
            "words", #""word": {"type": "string", "maxLength": 20}, "source": {"type": "object"}"#)
        letters = try Self.definition("letters", #""count": {"type": "integer"}, "source": {"type": "object"}"#)
        registry = try StreamRegistry([note, words, letters])
    }

    package static func definition(
        _ name: String, _ properties: String, rate: String = "normal"
    ) throws(HearthError) -> StreamDefinition {
        let source = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "\(name)", "type": "object",
            "properties": {\(properties)}, "additionalProperties": false,
            "x-hearth": {"stream": "\(name)", "version": 1, "table": "\(name)_raw", "rate": "\(rate)"}}
            """
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: source) } catch {
            throw HearthError(error, in: "A definition of the tests")
        }
        return try StreamDefinition(value, file: "\(name).json")
    }
}
