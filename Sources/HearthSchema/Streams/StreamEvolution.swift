package import HearthCore

/// How a stream's definition differs from the one that stored readings were written under.
package enum StreamEvolution: Sendable, Hashable {
    case unchanged
    /// Only optional fields were added; older readings have no value there.
    case addedFields([StreamDefinition.Field])

    /// - Throws: `.invalidStreamDefinition` when stored readings could not follow the change.
    package init(from older: StreamDefinition, to newer: StreamDefinition) throws(HearthError) {
        func refuse(_ what: String) -> HearthError {
            HearthError(
                .invalidStreamDefinition, "The stream \(newer.name) cannot change like this: \(what).",
                hint: "Readings are stored under the older definition. Give the changed one a new stream name and table, "
                    + "or undo the change.")
        }
        guard newer.table == older.table else { throw refuse("its table was renamed") }
        guard newer.version == older.version else {
            throw refuse("version \(newer.version) needs a migration from version \(older.version), and there is none")
        }
        guard newer.allowsExtra == older.allowsExtra else { throw refuse("additional members were switched") }
        for (index, field) in older.fields.enumerated() {
            guard newer.fields.indices.contains(index), newer.fields[index].name == field.name else {
                throw refuse("the field \(field.name) was removed or moved; new fields come last")
            }
            guard newer.fields[index].type == field.type else {
                throw refuse("the field \(field.name) was \(field.type.rawValue) and is \(newer.fields[index].type.rawValue)")
            }
            if newer.fields[index].isRequired, !field.isRequired { throw refuse("\(field.name) became required") }
        }
        let added = Array(newer.fields.dropFirst(older.fields.count))
        if let field = added.first(where: \.isRequired) { throw refuse("the new field \(field.name) is required") }
        self = added.isEmpty ? .unchanged : .addedFields(added)
    }
}
