package import HearthCore
import HearthSchema
package import HearthStore

extension PostgresReadingStore: SpoolStore {
    package func open(_ batch: SpoolBatch) async throws {
        try await pool.write { connection in
            let made = try connection.execute(
                """
                INSERT INTO hearth_ingestion_manifest (tag, opened, finished) VALUES ($1, $2, $3)
                ON CONFLICT (tag) DO NOTHING RETURNING id
                """, [.text(batch.tag), .time(batch.openedAt), .time(batch.finishedAt)])
            guard let row = made.first else {
                throw HearthError(.conflict, "There is a batch \(batch.tag) in the spool already.")
            }
            try connection.execute(
                """
                INSERT INTO hearth_ingestion_files (batch, number, name, size)
                SELECT $1, n - 1, name, size FROM unnest($2, $3) WITH ORDINALITY AS u (name, size, n)
                """,
                [
                    .int8(try row.int64(0)), .texts(batch.files.map { PostgresText.written($0.name) }),
                    .int8s(batch.files.map { Int64($0.size) }),
                ])
        }
    }

    package func note(sha256: String, of file: SpoolFileNumber) async throws {
        try await change(file, "sha256 = coalesce(sha256, $3)", [.text(sha256)])
    }

    package func settle(
        _ file: SpoolFileNumber, as outcome: SpoolOutcome, because failure: SpoolFailure?
    ) async throws {
        try await change(
            file, "outcome = $3, code = $4, message = $5",
            [
                .text(outcome.rawValue), .text(failure?.code.text),
                .text((failure?.message).map(PostgresText.written)),
            ])
    }

    private func change(_ file: SpoolFileNumber, _ assignments: String, _ values: [PostgresValue]) async throws {
        try await pool.write { connection in
            let id = try SpoolRow.existingID(of: file.tag, connection)
            let update = try connection.execute(
                "UPDATE hearth_ingestion_files SET \(assignments) WHERE batch = $1 AND number = $2",
                [.int8(id), .int(file.number)] + values)
            guard update.changes == 1 else {
                throw HearthError(.notFound, "The batch \(file.tag) has no file \(file.number).")
            }
        }
    }

    package func ingest(_ portion: SpoolPortion) async throws -> [AppendOutcome] {
        let work = try portion.batches.map { (batch: $0, table: try table(of: $0.stream)) }
        let (outcomes, lanes) = try await storing(work) { [memory] connection in
            let id = try SpoolRow.existingID(of: portion.file.tag, connection)
            // The file's row first: another node with the same portion waits here and stores nothing.
            let listed = try Self.take(portion, batch: id, connection)
            let (outcomes, lanes) = try Self.append(work, connection, memory)
            try Self.count(portion, batch: id, listed: listed, outcomes, connection)
            return (outcomes, lanes)
        }
        settle(lanes)
        notices.add(zip(work, outcomes).lazy.filter { $1.stored > 0 }.map { $0.0.table.name })
        return outcomes
    }

    /// Moves the file's place behind the portion, if it stands where the portion begins.
    /// - Returns: refusals that are listed so far.
    private static func take(
        _ portion: SpoolPortion, batch id: Int64, _ connection: PostgresConnection
    ) throws -> Int {
        let moved = try connection.execute(
            """
            UPDATE hearth_ingestion_files SET next_offset = $3, next_frame = $4, next_reading = $5
            WHERE batch = $1 AND number = $2 AND next_offset = $6 AND next_frame = $7 AND next_reading = $8
            AND outcome IS NULL RETURNING listed
            """,
            [
                .int8(id), .int(portion.file.number), .int(portion.to.offset), .int(portion.to.frame),
                .int(portion.to.reading), .int(portion.from.offset), .int(portion.from.frame),
                .int(portion.from.reading),
            ])
        guard let row = moved.first else { throw HearthError.spoolPlaceLost(portion.file) }
        return try row.int(0)
    }

    private static func count(
        _ portion: SpoolPortion, batch id: Int64, listed: Int, _ outcomes: [AppendOutcome],
        _ connection: PostgresConnection
    ) throws {
        let rejects = Array(portion.rejects.prefix(max(0, SpoolStoreLimits.listedRejects - listed)))
        let file: [PostgresValue] = [.int8(id), .int(portion.file.number)]
        try connection.execute(
            """
            UPDATE hearth_ingestion_files SET accepted = accepted + $3, duplicates = duplicates + $4,
            rejected = rejected + $5, listed = listed + $6 WHERE batch = $1 AND number = $2
            """,
            file + [
                .int(outcomes.reduce(0) { $0 + $1.stored }), .int(outcomes.reduce(0) { $0 + $1.duplicates.count }),
                .int(portion.rejectedCount), .int(rejects.count),
            ])
        if rejects.isEmpty { return }
        var readings = PostgresArray(of: .int8)
        for reject in rejects {
            if let reading = reject.reading { readings.append(Int64(reading)) } else { readings.appendNull() }
        }
        try connection.execute(
            """
            INSERT INTO hearth_ingestion_rejects (batch, number, ordinal, frame, frame_offset, reading, code, message)
            SELECT $1, $2, $3 + n - 1, f, o, r, c, m
            FROM unnest($4, $5, $6, $7, $8) WITH ORDINALITY AS u (f, o, r, c, m, n)
            """,
            file + [
                .int(listed), .int8s(rejects.map { Int64($0.frame) }), .int8s(rejects.map { Int64($0.offset) }),
                .array(readings), .texts(rejects.map(\.code.text)),
                .texts(rejects.map { PostgresText.written($0.message) }),
            ])
    }

    package func finish(_ tag: String, at time: Timestamp) async throws {
        try await pool.write { connection in
            let update = try connection.execute(
                "UPDATE hearth_ingestion_manifest SET finished = coalesce(finished, $2) WHERE tag = $1",
                [.text(tag), .time(time)])
            guard update.changes == 1 else { throw HearthError.spoolBatchMissing(tag) }
        }
    }

    package func unfinishedBatches() async throws -> [SpoolBatch] {
        try await pool.read { try SpoolRow.batches($0, "WHERE finished IS NULL ORDER BY tag") }
    }

    package func batch(_ tag: String) async throws -> SpoolBatch? {
        try await pool.read { try SpoolRow.batches($0, "WHERE tag = $1", [.text(tag)]).first }
    }

    package func batches(before tag: String?, limit: Int) async throws -> [SpoolBatch] {
        try await pool.read { connection in
            try SpoolRow.batches(
                connection, "WHERE $1 IS NULL OR tag < $1 ORDER BY tag DESC LIMIT $2",
                [.text(tag), .int(max(limit, 0))])
        }
    }

    package func rejects(of file: SpoolFileNumber, limit: Int) async throws -> [SpoolReject] {
        try await pool.read { connection in
            let id = try SpoolRow.existingID(of: file.tag, connection)
            return try connection.execute(
                """
                SELECT frame, frame_offset, reading, code, message FROM hearth_ingestion_rejects
                WHERE batch = $1 AND number = $2 ORDER BY ordinal LIMIT $3
                """, [.int8(id), .int(file.number), .int(max(limit, 0))]
            ).map { row in
                SpoolReject(
                    frame: try row.int(0), offset: try row.int(1), reading: try row.optional(2) { try row.int(2) },
                    code: ErrorCode(row.string(3)), message: PostgresText.read(row.string(4)))
            }
        }
    }

    package func forgetBatches(finishedBefore cutoff: Timestamp) async throws -> Int {
        try await pool.write { connection in
            // Files and refusals go with their batch.
            try connection.execute(
                """
                DELETE FROM hearth_ingestion_manifest m WHERE m.finished < $1 AND NOT EXISTS (
                    SELECT 1 FROM hearth_ingestion_files f WHERE f.batch = m.id AND f.outcome = 'failed')
                """, [.time(cutoff)]
            ).changes
        }
    }
}
