import GRDB
package import HearthCore
import HearthSchema
package import HearthStore

extension SQLiteReadingStore: SpoolStore {
    package func open(_ batch: SpoolBatch) async throws {
        try await write { db, _ in
            let insertion = try RawStatement(
                db,
                "INSERT INTO hearth_ingestion_manifest (tag, opened, finished) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            insertion.bind(1, batch.tag)
            insertion.bind(2, batch.openedAt.microseconds)
            if let time = batch.finishedAt { insertion.bind(3, time.microseconds) } else { insertion.bindNull(3) }
            guard try insertion.run() == 1 else {
                throw HearthError(.conflict, "There is a batch \(batch.tag) in the spool already.")
            }
            let id = db.lastInsertedRowID
            let file = try RawStatement(
                db, "INSERT INTO hearth_ingestion_files (batch, number, name, size) VALUES (?, ?, ?, ?)")
            for (number, entry) in batch.files.enumerated() {
                file.bind(1, id)
                file.bind(2, number)
                file.bind(3, entry.name)
                file.bind(4, entry.size)
                try file.run()
            }
        }
    }

    package func note(sha256: String, of file: SpoolFileNumber) async throws {
        try await change(file, "sha256 = ifnull(sha256, ?3)") { $0.bind(3, sha256) }
    }

    package func settle(
        _ file: SpoolFileNumber, as outcome: SpoolOutcome, because failure: SpoolFailure?
    ) async throws {
        try await change(file, "outcome = ?3, code = ?4, message = ?5") { update in
            update.bind(3, outcome.rawValue)
            if let failure {
                update.bind(4, failure.code.text)
                update.bind(5, failure.message)
            } else {
                update.bindNull(4)
                update.bindNull(5)
            }
        }
    }

    private func change(
        _ file: SpoolFileNumber, _ assignments: String, _ bind: @escaping @Sendable (RawStatement) -> Void
    ) async throws {
        try await write { db, _ in
            let id = try SpoolRow.existingID(of: file.tag, in: db)
            let update = try RawStatement(
                db, "UPDATE hearth_ingestion_files SET \(assignments) WHERE batch = ?1 AND number = ?2")
            update.bind(1, id)
            update.bind(2, file.number)
            bind(update)
            guard try update.run() == 1 else {
                throw HearthError(.notFound, "The batch \(file.tag) has no file \(file.number).")
            }
        }
    }

    package func ingest(_ portion: SpoolPortion) async throws -> [AppendOutcome] {
        let work = try portion.batches.map { (batch: $0, layout: try layout(of: $0.stream)) }
        return try await write { [chunks] db, memory in
            let id = try SpoolRow.existingID(of: portion.file.tag, in: db)
            let outcomes = try work.map { work in
                var appender = try Appender(db: db, layout: work.layout, batch: work.batch, chunks: chunks)
                return try appender.append(work.batch, &memory)
            }
            try Self.advance(portion, batch: id, outcomes, in: db)
            return outcomes
        }
    }

    /// Counts the portion and moves the file's place behind it, if it stands where the portion begins.
    private static func advance(
        _ portion: SpoolPortion, batch id: Int64, _ outcomes: [AppendOutcome], in db: Database
    ) throws {
        let listed = try listedRejects(of: portion.file, batch: id, in: db)
        let rejects = portion.rejects.prefix(max(0, SpoolStoreLimits.listedRejects - listed))
        let update = try RawStatement(
            db,
            """
            UPDATE hearth_ingestion_files SET next_offset = ?3, next_frame = ?4, next_reading = ?5,
            accepted = accepted + ?6, duplicates = duplicates + ?7, rejected = rejected + ?8, listed = listed + ?9
            WHERE batch = ?1 AND number = ?2 AND next_offset = ?10 AND next_frame = ?11 AND next_reading = ?12
            AND outcome IS NULL
            """)
        update.bind(1, id)
        update.bind(2, portion.file.number)
        update.bind(3, portion.to.offset)
        update.bind(4, portion.to.frame)
        update.bind(5, portion.to.reading)
        update.bind(6, outcomes.reduce(0) { $0 + $1.stored })
        update.bind(7, outcomes.reduce(0) { $0 + $1.duplicates.count })
        update.bind(8, portion.rejectedCount)
        update.bind(9, rejects.count)
        update.bind(10, portion.from.offset)
        update.bind(11, portion.from.frame)
        update.bind(12, portion.from.reading)
        guard try update.run() == 1 else { throw HearthError.spoolPlaceLost(portion.file) }
        guard !rejects.isEmpty else { return }
        let insertion = try RawStatement(
            db,
            """
            INSERT INTO hearth_ingestion_rejects (batch, number, ordinal, frame, frame_offset, reading, code, message)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for (index, reject) in rejects.enumerated() {
            insertion.bind(1, id)
            insertion.bind(2, portion.file.number)
            insertion.bind(3, listed + index)
            insertion.bind(4, reject.frame)
            insertion.bind(5, reject.offset)
            if let reading = reject.reading { insertion.bind(6, reading) } else { insertion.bindNull(6) }
            insertion.bind(7, reject.code.text)
            insertion.bind(8, reject.message)
            try insertion.run()
        }
    }

    private static func listedRejects(of file: SpoolFileNumber, batch: Int64, in db: Database) throws -> Int {
        let query = try RawStatement(db, "SELECT listed FROM hearth_ingestion_files WHERE batch = ? AND number = ?")
        defer { query.reset() }
        query.bind(1, batch)
        query.bind(2, file.number)
        guard try query.step() else { throw HearthError.spoolPlaceLost(file) }
        return query.int(0)
    }

    package func finish(_ tag: String, at time: Timestamp) async throws {
        try await write { db, _ in
            let update = try RawStatement(
                db, "UPDATE hearth_ingestion_manifest SET finished = ifnull(finished, ?) WHERE tag = ?")
            update.bind(1, time.microseconds)
            update.bind(2, tag)
            guard try update.run() == 1 else { throw HearthError.spoolBatchMissing(tag) }
        }
    }

    package func unfinishedBatches() async throws -> [SpoolBatch] {
        try await file.read { db in try SpoolRow.batches(db, "WHERE finished IS NULL ORDER BY tag") { _ in } }
    }

    package func batch(_ tag: String) async throws -> SpoolBatch? {
        try await file.read { db in try SpoolRow.batches(db, "WHERE tag = ?") { $0.bind(1, tag) }.first }
    }

    package func batches(before tag: String?, limit: Int) async throws -> [SpoolBatch] {
        try await file.read { db in
            try SpoolRow.batches(db, "WHERE ?1 IS NULL OR tag < ?1 ORDER BY tag DESC LIMIT ?2") { query in
                if let tag { query.bind(1, tag) } else { query.bindNull(1) }
                query.bind(2, max(limit, 0))
            }
        }
    }

    package func rejects(of file: SpoolFileNumber, limit: Int) async throws -> [SpoolReject] {
        try await self.file.read { db in
            let id = try SpoolRow.existingID(of: file.tag, in: db)
            let query = try RawStatement(
                db,
                """
                SELECT frame, frame_offset, reading, code, message FROM hearth_ingestion_rejects
                WHERE batch = ? AND number = ? ORDER BY ordinal LIMIT ?
                """)
            defer { query.reset() }
            query.bind(1, id)
            query.bind(2, file.number)
            query.bind(3, max(limit, 0))
            var rejects: [SpoolReject] = []
            while try query.step() {
                rejects.append(
                    SpoolReject(
                        frame: query.int(0), offset: query.int(1), reading: query.isNull(2) ? nil : query.int(2),
                        code: ErrorCode(query.string(3)), message: query.string(4)))
            }
            return rejects
        }
    }

    package func forgetBatches(finishedBefore cutoff: Timestamp) async throws -> Int {
        try await write { db, _ in
            let old = """
                (SELECT m.id FROM hearth_ingestion_manifest m WHERE m.finished < ? AND NOT EXISTS (SELECT 1 FROM
                hearth_ingestion_files f WHERE f.batch = m.id AND f.outcome = 'failed'))
                """
            for table in ["rejects", "files"] {
                let deletion = try RawStatement(db, "DELETE FROM hearth_ingestion_\(table) WHERE batch IN " + old)
                deletion.bind(1, cutoff.microseconds)
                try deletion.run()
            }
            // The files of these batches are gone now, so that the condition holds for all without any.
            let deletion = try RawStatement(db, "DELETE FROM hearth_ingestion_manifest WHERE id IN " + old)
            deletion.bind(1, cutoff.microseconds)
            return try deletion.run()
        }
    }
}
