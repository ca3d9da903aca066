import GRDB
import HearthCore
import HearthStore

/// Between the records of the spool and the rows of its tables.
enum SpoolRow {
    /// The number of a batch's row.
    static func id(of tag: String, in db: Database) throws -> Int64? {
        let query = try RawStatement(db, "SELECT id FROM hearth_ingestion_manifest WHERE tag = ?")
        defer { query.reset() }
        query.bind(1, tag)
        return try query.step() ? query.int64(0) : nil
    }

    static func existingID(of tag: String, in db: Database) throws -> Int64 {
        guard let id = try id(of: tag, in: db) else { throw HearthError.spoolBatchMissing(tag) }
        return id
    }

    /// Runs a query for `id, tag, opened, finished` and fetches the files of each.
    static func batches(
        _ db: Database, _ conditions: String, _ bind: (RawStatement) -> Void
    ) throws -> [SpoolBatch] {
        let query = try RawStatement(
            db, "SELECT id, tag, opened, finished FROM hearth_ingestion_manifest " + conditions)
        defer { query.reset() }
        bind(query)
        var found: [(id: Int64, batch: SpoolBatch)] = []
        while try query.step() {
            let finished = query.isNull(3) ? nil : Timestamp(microseconds: query.int64(3))
            found.append(
                (
                    query.int64(0),
                    SpoolBatch(
                        tag: query.string(1), openedAt: Timestamp(microseconds: query.int64(2)), finishedAt: finished)
                ))
        }
        return try found.map { found in
            var batch = found.batch
            batch.files = try files(of: found.id, in: db)
            return batch
        }
    }

    private static func files(of batch: Int64, in db: Database) throws -> [SpoolFile] {
        let query = try RawStatement(
            db,
            """
            SELECT name, size, sha256, next_offset, next_frame, next_reading, accepted, duplicates, rejected, outcome, code,
            message FROM hearth_ingestion_files WHERE batch = ? ORDER BY number
            """)
        defer { query.reset() }
        query.bind(1, batch)
        var files: [SpoolFile] = []
        while try query.step() {
            files.append(
                SpoolFile(
                    name: query.string(0), size: query.int(1), sha256: query.isNull(2) ? nil : query.string(2),
                    place: SpoolPlace(offset: query.int(3), frame: query.int(4), reading: query.int(5)),
                    totals: SpoolTotals(
                        accepted: query.int(6), duplicates: query.int(7), rejected: query.int(8)),
                    outcome: query.isNull(9) ? nil : SpoolOutcome(rawValue: query.string(9)),
                    failure: query.isNull(10) ? nil : SpoolFailure(ErrorCode(query.string(10)), query.string(11))))
        }
        return files
    }
}
