import GRDB
package import HearthCore
package import HearthSchema
package import HearthStore
import Synchronization

extension SQLiteReadingStore: ProcessingStore {
    package func claim(
        _ processor: String, for holder: UniqueID, until expiry: Timestamp, at now: Timestamp
    ) async throws -> LeaseClaim {
        try await write { db, _ in
            let row = try ProcessorRow.make(processor, in: db)
            if let other = row.holder, other != holder, row.expires > now.microseconds {
                return .held(until: Timestamp(microseconds: row.expires))
            }
            let fence = row.holder == holder ? row.fence : row.fence + 1
            let update = try RawStatement(
                db, "UPDATE hearth_processors SET holder = ?, expires = ?, fence = ? WHERE id = ?")
            update.bind(1, holder)
            update.bind(2, expiry.microseconds)
            update.bind(3, fence)
            update.bind(4, row.id)
            try update.run()
            return .granted(ProcessorLease(processor: processor, holder: holder, fence: fence))
        }
    }

    package func release(_ lease: ProcessorLease) async throws {
        try await write { db, _ in
            let update = try RawStatement(
                db,
                "UPDATE hearth_processors SET holder = NULL, expires = 0 WHERE name = ? AND holder = ? AND fence = ?")
            update.bind(1, lease.processor)
            update.bind(2, lease.holder)
            update.bind(3, lease.fence)
            try update.run()
        }
    }

    package func record(of processor: String) async throws -> ProcessorRecord {
        try await file.read { db in
            guard let row = try ProcessorRow(processor, in: db) else { return ProcessorRecord() }
            var record = ProcessorRecord(run: try ProcessorRow.run(of: row.id, in: db))
            let cursors = try RawStatement(
                db,
                """
                SELECT s.name, c.cursor FROM hearth_cursors c JOIN hearth_streams s ON s.id = c.stream
                WHERE c.processor = ?
                """)
            defer { cursors.reset() }
            cursors.bind(1, row.id)
            while try cursors.step() { record.cursors[cursors.string(0)] = ReadingCursor(text: cursors.string(1)) }
            let letters = try RawStatement(
                db, "SELECT count(*), ifnull(sum(replay), 0) FROM hearth_dead_letters WHERE processor = ?")
            defer { letters.reset() }
            letters.bind(1, row.id)
            if try letters.step() { (record.deadLetters, record.replays) = (letters.int(0), letters.int(1)) }
            return record
        }
    }

    package func commit(
        _ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp
    ) async throws -> ProcessorCommitOutcome {
        let source = try layout(of: commit.source)
        let outputs = try commit.outputs.map { (output: $0, layout: try layout(of: $0.batch.stream)) }
        let layouts = installedLayouts
        return try await write { [self] db, memory in
            guard erasures.withLock({ $0 }) == 0, let row = try ProcessorRow(lease.processor, in: db), row.holds(lease)
            else {
                throw HearthError.leaseLost(lease.processor)
            }
            var committer = ProcessorCommitter(
                db: db, chunks: chunks, layouts: layouts, processor: row.id, source: source)
            try committer.replaceOutputs(of: commit.worked, by: outputs, &memory)
            try committer.settleLetters(commit, &memory)
            try committer.advance(commit, until: expiry)
            return committer.outcome
        }
    }

    package func startRun(
        of processor: String, from time: Timestamp, at now: Timestamp
    ) async throws -> ProcessorRun {
        try await write { db, _ in
            let row = try ProcessorRow.make(processor, in: db)
            let update = try RawStatement(
                db,
                """
                UPDATE hearth_processors SET run_number = run_number + 1, run_from = min(ifnull(run_from, ?1), ?1),
                run_requested = ?2, run_stream = NULL, run_person = NULL, run_position = NULL, run_worked = 0
                WHERE id = ?3
                """)
            update.bind(1, time.microseconds)
            update.bind(2, now.microseconds)
            update.bind(3, row.id)
            try update.run()
            guard let run = try ProcessorRow.run(of: row.id, in: db) else {
                throw HearthError(.storageFailed, "A run was stored and is not there.", disposition: .defect)
            }
            return run
        }
    }

    package func backlog(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> Backlog {
        let layout = try layout(of: stream)
        let after = try Self.sequence(of: cursor)
        return try await file.read { [chunks] db in
            try BacklogCount(db: db, layout: layout, after: after, chunks: chunks).run(limit: limit)
        }
    }

    /// The number that a cursor of this store is.
    static func sequence(of cursor: ReadingCursor?) throws -> Int64 {
        guard let cursor else { return 0 }
        guard let sequence = Int64(cursor.text), sequence >= 0 else {
            throw HearthError(.invalidValue, "This is not a cursor of the store.")
        }
        return sequence
    }
}
