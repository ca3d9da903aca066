import HearthCore
import HearthSchema
import Testing

/// A schema written as JSON text.
func compile(_ text: String, assertsFormat: Bool = false, limits: SchemaLimits = .standard) throws -> CompiledSchema {
    try SchemaCompiler(assertsFormat: assertsFormat, limits: limits).compile(JSONValue(parsing: text))
}

/// Decides both ways and expects them to agree.
func isValid(
    _ text: String, _ schema: CompiledSchema, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Bool {
    try JSONDocument(parsing: text).withRoot { value in
        let isValid = schema.validate(value)
        let errors = schema.errors(of: value)
        #expect(
            errors.isEmpty == isValid, "\(text): decided \(isValid), errors \(errors)", sourceLocation: sourceLocation)
        return isValid
    }
}

func errors(_ text: String, _ schema: CompiledSchema, limit: Int = 100) throws -> [SchemaError] {
    try JSONDocument(parsing: text).withRoot { schema.errors(of: $0, limit: limit) }
}
