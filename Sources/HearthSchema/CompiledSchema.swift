package import HearthCore

/// A JSON Schema (draft 2020-12) ready for validating. Made by `SchemaCompiler`, shared freely between threads.
package final class CompiledSchema: Sendable {
    let program: SchemaProgram
    let nodes: [SchemaNode]
    let limits: SchemaLimits

    init(_ compilation: SchemaCompilation) throws(HearthError) {
        nodes = compilation.nodes
        limits = compilation.limits
        let builder = ProgramBuilder(
            nodes, constants: compilation.constants, patterns: compilation.patterns)
        program = try SchemaProgram(builder, root: builder.root, limits: limits)
    }

    /// The validator of a stream's payload: `format` is checked, whatever the metaschema says.
    package convenience init(streamSchema: JSONValue) throws(HearthError) {
        let compilation = try SchemaCompiler(assertsFormat: true).compilation(of: streamSchema, uri: "")
        try self.init(compilation)
    }

    /// Whether the value satisfies the schema. Made for the hot path: it stops at the first fault and does not say what
    /// it is. A value whose check reaches a limit of `SchemaLimits` is not valid.
    package func validate(_ value: JSONReference) -> Bool { program.validate(value) }

    package func validate(_ document: JSONDocument) -> Bool { document.withRoot { program.validate($0) } }

    /// Compiled schemas, for sizing.
    package var nodeCount: Int { nodes.count }
}
