/// The bounds of the validator. None of them is reached by a schema that a person writes.
package struct SchemaLimits: Sendable {
    /// Levels of nesting in a schema document; the parser's own bound.
    package var schemaDepth = 128
    /// Values in one schema document.
    package var schemaValues = 1_000_000
    /// Compiled schema nodes. Dynamic references multiply nodes, so this bounds memory as well.
    package var nodes = 100_000
    /// Documents that a schema may pull in.
    package var documents = 1000
    /// Schemas entered within one another while one value is validated: levels of the value times hops of references
    /// per level. Telling errors takes up to 4 KiB of stack per schema, so that this bounds it by 2 MiB.
    package var evaluationDepth = 512
    /// Schemas applied while one document is validated, about a second of work.
    package var evaluationSteps = 20_000_000
    /// Bytes of a regular expression.
    package var patternBytes = 16_384
    /// Backtracking steps of one match.
    package var patternSteps: UInt32 = 200_000
    /// Memory of one match in KiB.
    package var patternKilobytes: UInt32 = 4096
    /// Time that all matches of one document may take together. Looked at every 64 matches.
    package var patternMilliseconds: UInt64 = 500
    /// Failing members or items of one container that are described.
    package var failuresPerContainer = 100

    package init() {}

    package static let standard = SchemaLimits()
}
