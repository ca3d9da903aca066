package import HearthCore

/// Turns JSON Schemas (draft 2020-12) into validators.
package struct SchemaCompiler: Sendable {
    /// What references may lead to, by absolute URI without fragment. The metaschemas of 2020-12 are always known.
    package var documents: [String: JSONValue]
    /// Whether `format` is checked even where the schema's vocabularies only annotate it.
    package var assertsFormat: Bool
    package var limits: SchemaLimits

    package init(documents: [String: JSONValue] = [:], assertsFormat: Bool = false, limits: SchemaLimits = .standard) {
        self.documents = documents
        self.assertsFormat = assertsFormat
        self.limits = limits
    }

    /// Compiles a schema and everything it refers to.
    /// - Parameter uri: where the document was found; its base URI unless it has an `$id`.
    /// - Throws: `invalidSchema` or `unresolvedReference`, naming the place in the document.
    package func compile(_ schema: JSONValue, uri: String = "") throws(HearthError) -> CompiledSchema {
        try CompiledSchema(try compilation(of: schema, uri: uri))
    }

    func compilation(of schema: JSONValue, uri: String) throws(HearthError) -> SchemaCompilation {
        let compilation = SchemaCompilation(limits: limits, assertsFormat: assertsFormat) {
            (name: String) throws(HearthError) in try document(name)
        }
        try compilation.compile(schema, uri: uri)
        return compilation
    }

    package func compile(_ document: JSONDocument, uri: String = "") throws(HearthError) -> CompiledSchema {
        try compile(document.withRoot { JSONValue($0) }, uri: uri)
    }

    private func document(_ uri: String) throws(HearthError) -> JSONValue? {
        if let document = documents[uri] { return document }
        return try Metaschemas.document(uri)
    }

    /// The schema that every schema of draft 2020-12 must satisfy.
    package static func metaschema() throws(HearthError) -> CompiledSchema {
        try SchemaCompiler().compile(["$ref": .string(Dialect.standardURI)])
    }
}
