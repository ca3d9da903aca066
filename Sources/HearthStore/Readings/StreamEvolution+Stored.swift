import HearthCore
package import HearthSchema

extension StreamEvolution {
    /// How a stream that holds readings would change. Throws `.schemaIncompatible` when they could not follow.
    package init(stored: StreamDefinition, newer: StreamDefinition) throws {
        do {
            self = try StreamEvolution(from: stored, to: newer)
        } catch {
            throw HearthError(.schemaIncompatible, error.message, hint: error.hint, fields: error.fields, cause: error)
        }
    }
}
