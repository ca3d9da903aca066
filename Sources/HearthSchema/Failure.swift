package import HearthCore

extension ErrorCode {
    /// A JSON Schema breaks the rules of JSON Schema 2020-12.
    package static let invalidSchema = ErrorCode("invalid-schema")
    /// A schema refers to a document or a place that is not known.
    package static let unresolvedReference = ErrorCode("unresolved-reference")
}

extension HearthError {
    /// A fault in a schema, placed by the JSON Pointer of the keyword in its document.
    static func schema(
        _ message: String, at pointer: String, of uri: String, hint: String? = nil, code: ErrorCode = .invalidSchema
    ) -> HearthError {
        let place = uri.isEmpty ? "the schema" : "schema \(uri)"
        return HearthError(
            code, "\(place) is not usable: \(message) (at \(pointer.isEmpty ? "its root" : pointer)).", hint: hint,
            fields: [Field(pointer: pointer, message: message)])
    }
}
