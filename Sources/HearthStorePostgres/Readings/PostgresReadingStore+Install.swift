import HearthCore
package import HearthSchema
import HearthStore

extension PostgresReadingStore {
    /// Of the transactions that make or alter tables of streams: the letters `stream` as a number.
    private static let lock: Int64 = 0x7374_7265_616d

    package func install(_ streams: [StreamDefinition]) async throws {
        let installed = try await pool.write { connection in
            try connection.execute("SELECT pg_advisory_xact_lock($1)", [.int8(Self.lock)])
            return try streams.map { try Self.install($0, in: connection) }
        }
        remember(installed)
    }

    private static func install(
        _ definition: StreamDefinition, in connection: PostgresConnection
    ) throws -> StreamTable {
        let source = definition.source.text
        let known = try connection.execute(
            "SELECT id, period FROM hearth_streams WHERE name = $1", [.text(definition.name)]
        ).first
        guard let known else {
            let period = StreamTable.period(of: definition)
            let stream = try create(definition, source: source, period: period, in: connection)
            return StreamTable(stream: stream, definition: definition, period: period)
        }
        let table = StreamTable(stream: try known.int32(0), definition: definition, period: try known.int64(1))
        let newest = try connection.execute(
            "SELECT generation, source FROM hearth_definitions WHERE stream = $1 ORDER BY generation DESC LIMIT 1",
            [.int4(table.stream)]
        ).first
        guard let newest else {
            throw HearthError(
                .storageFailed, "The definition of the stream \(definition.name) is missing in the database.",
                disposition: .defect)
        }
        let oldSource = PostgresText.read(newest.string(1))
        if oldSource == source { return table }
        let older = try StreamDefinition(
            JSONValue(parsing: oldSource), file: "the stored definition of \(definition.name)")
        try evolve(from: older, to: definition, in: connection)
        try connection.execute(
            "INSERT INTO hearth_definitions (stream, generation, source) VALUES ($1, $2, $3)",
            [.int4(table.stream), .int4(try newest.int32(0) + 1), .text(PostgresText.written(source))])
        return table
    }

    private static func create(
        _ definition: StreamDefinition, source: String, period: Int64, in connection: PostgresConnection
    ) throws -> Int32 {
        let isTaken = try connection.execute(
            "SELECT to_regclass($1) IS NOT NULL", [.text(StreamTable.quoted(definition.table))]
        ).first?.bool(0)
        guard !definition.table.hasPrefix("hearth_"), !definition.table.hasPrefix("pg_"), isTaken == false else {
            throw HearthError(
                .schemaIncompatible, "The stream \(definition.name) cannot have the table \(definition.table).",
                hint: "The name is taken. Give the stream another table.")
        }
        try connection.script(StreamTable.creation(of: definition))
        for field in definition.fields where field.isIndexed {
            try connection.script(StreamTable.indexCreation(field, of: definition))
        }
        let row = try connection.execute(
            "INSERT INTO hearth_streams (name, table_name, period) VALUES ($1, $2, $3) RETURNING id",
            [.text(definition.name), .text(definition.table), .int8(period)]
        ).first
        guard let stream = try row?.int32(0) else {
            throw HearthError(.storageFailed, "A stream was stored and is not there.", disposition: .defect)
        }
        try connection.execute(
            "INSERT INTO hearth_definitions (stream, generation, source) VALUES ($1, 1, $2)",
            [.int4(stream), .text(PostgresText.written(source))])
        return stream
    }

    private static func evolve(
        from older: StreamDefinition, to newer: StreamDefinition, in connection: PostgresConnection
    ) throws {
        let table = StreamTable.quoted(newer.table)
        if case .addedFields(let fields) = try StreamEvolution(stored: older, newer: newer) {
            for field in fields {
                // Empty in the rows that are there, so no row is touched.
                try connection.script(
                    "ALTER TABLE \(table) ADD COLUMN \(StreamTable.quoted(field.name)) \(StreamTable.sqlType(field.type))"
                )
            }
        }
        let wanted = Set(newer.fields.filter(\.isIndexed).map(\.name))
        let present = Set(older.fields.filter(\.isIndexed).map(\.name))
        for field in newer.fields where wanted.contains(field.name) && !present.contains(field.name) {
            try connection.script(StreamTable.indexCreation(field, of: newer))
        }
        for field in older.fields where present.contains(field.name) && !wanted.contains(field.name) {
            let index = StreamTable.quoted(StreamTable.indexName(field, of: newer))
            try connection.script("DROP INDEX IF EXISTS \(index)")
        }
    }
}
