import GRDB
import HearthCore
package import HearthSchema
import HearthStore

extension SQLiteReadingStore {
    package func install(_ streams: [StreamDefinition]) async throws {
        let installed = try await write { db, _ in
            try streams.map { try Self.install($0, in: db) }
        }
        remember(installed)
    }

    private static func install(_ definition: StreamDefinition, in db: Database) throws -> TableLayout {
        let source = definition.source.text
        let known = try Row.fetchOne(
            db, sql: "SELECT id, table_name FROM hearth_streams WHERE name = ?", arguments: [definition.name])
        guard let known else {
            let stream = try create(definition, source: source, in: db)
            return TableLayout(stream: stream, generation: 1, definition: definition)
        }
        let stream: Int64 = known["id"]
        let newest = try Row.fetchOne(
            db,
            sql: "SELECT generation, source FROM hearth_definitions WHERE stream = ? ORDER BY generation DESC LIMIT 1",
            arguments: [stream])
        guard let newest else {
            throw HearthError(
                .storageFailed, "The definition of the stream \(definition.name) is missing in the database.",
                disposition: .defect)
        }
        let generation: Int64 = newest["generation"]
        let oldSource: String = newest["source"]
        if oldSource == source { return TableLayout(stream: stream, generation: generation, definition: definition) }
        let older = try stored(oldSource, of: definition.name)
        try evolve(from: older, to: definition, in: db)
        try db.execute(
            sql: "INSERT INTO hearth_definitions (stream, generation, source) VALUES (?, ?, ?)",
            arguments: [stream, generation + 1, source])
        return TableLayout(stream: stream, generation: generation + 1, definition: definition)
    }

    /// Reads a definition that this store wrote.
    static func stored(_ source: String, of name: String) throws -> StreamDefinition {
        try StreamDefinition(
            JSONValue(parsing: source), file: "the stored definition of \(name)", isStored: true)
    }

    private static func create(
        _ definition: StreamDefinition, source: String, in db: Database
    ) throws -> Int64 {
        guard !definition.table.hasPrefix("hearth_"), !definition.table.hasPrefix("sqlite_"),
            try !db.tableExists(definition.table)
        else {
            throw HearthError(
                .schemaIncompatible, "The stream \(definition.name) cannot have the table \(definition.table).",
                hint: "The name is taken. Give the stream another table.")
        }
        try db.execute(sql: TableLayout.creation(of: definition))
        for field in definition.fields where field.isIndexed { try createIndex(field, of: definition, in: db) }
        try db.execute(
            sql: "INSERT INTO hearth_streams (name, table_name) VALUES (?, ?)",
            arguments: [definition.name, definition.table])
        let stream = db.lastInsertedRowID
        try db.execute(
            sql: "INSERT INTO hearth_definitions (stream, generation, source) VALUES (?, 1, ?)",
            arguments: [stream, source])
        return stream
    }

    private static func evolve(
        from older: StreamDefinition, to newer: StreamDefinition, in db: Database
    ) throws {
        if case .addedFields(let fields) = try StreamEvolution(stored: older, newer: newer) {
            for field in fields {
                let column = "\"\(field.name)\" \(TableLayout.sqlType(field.type))"
                try db.execute(sql: "ALTER TABLE \"\(newer.table)\" ADD COLUMN \(column)")
            }
        }
        let wanted = Set(newer.fields.filter(\.isIndexed).map(\.name))
        let present = Set(older.fields.filter(\.isIndexed).map(\.name))
        for field in newer.fields where wanted.contains(field.name) && !present.contains(field.name) {
            try createIndex(field, of: newer, in: db)
        }
        for field in older.fields where present.contains(field.name) && !wanted.contains(field.name) {
            try db.execute(sql: "DROP INDEX IF EXISTS \"\(TableLayout.indexName(field, of: newer))\"")
        }
    }

    private static func createIndex(
        _ field: StreamDefinition.Field, of definition: StreamDefinition, in db: Database
    ) throws {
        try db.execute(
            sql: """
                CREATE INDEX "\(TableLayout.indexName(field, of: definition))"
                ON "\(definition.table)" (person, "\(field.name)", ts) WHERE "\(field.name)" IS NOT NULL
                """)
    }
}
