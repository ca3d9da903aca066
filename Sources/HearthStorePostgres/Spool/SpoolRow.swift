import HearthCore
import HearthSchema
import HearthStore

/// Between the records of the spool and the rows of its tables.
enum SpoolRow {
    /// The number of a batch's row.
    static func existingID(of tag: String, _ connection: PostgresConnection) throws -> Int64 {
        let rows = try connection.execute("SELECT id FROM hearth_ingestion_manifest WHERE tag = $1", [.text(tag)])
        guard let row = rows.first else { throw HearthError.spoolBatchMissing(tag) }
        return try row.int64(0)
    }

    /// The batches of which a condition is true, with their files.
    static func batches(
        _ connection: PostgresConnection, _ conditions: String, _ values: [PostgresValue] = []
    ) throws -> [SpoolBatch] {
        let rows = try connection.execute(
            "SELECT id, tag, opened, finished FROM hearth_ingestion_manifest " + conditions, values)
        return try rows.map { row in
            SpoolBatch(
                tag: row.string(1), openedAt: try row.time(2), finishedAt: try row.optional(3) { try row.time(3) },
                files: try files(of: try row.int64(0), connection))
        }
    }

    private static func files(of batch: Int64, _ connection: PostgresConnection) throws -> [SpoolFile] {
        try connection.execute(
            """
            SELECT name, size, sha256, next_offset, next_frame, next_reading, accepted, duplicates, rejected, outcome, code,
                message FROM hearth_ingestion_files WHERE batch = $1 ORDER BY number
            """, [.int8(batch)]
        ).map { row in
            SpoolFile(
                name: PostgresText.read(row.string(0)), size: try row.int(1),
                sha256: row.optional(2) { row.string(2) },
                place: SpoolPlace(offset: try row.int(3), frame: try row.int(4), reading: try row.int(5)),
                totals: SpoolTotals(accepted: try row.int(6), duplicates: try row.int(7), rejected: try row.int(8)),
                outcome: row.isNull(9) ? nil : SpoolOutcome(rawValue: row.string(9)),
                failure: row.optional(10) {
                    SpoolFailure(ErrorCode(row.string(10)), PostgresText.read(row.string(11)))
                })
        }
    }
}
