package import HearthCore
package import HearthSchema
package import HearthStore

extension PostgresReadingStore: ProcessingStore {
    package func claim(
        _ processor: String, for holder: UniqueID, until expiry: Timestamp, at now: Timestamp
    ) async throws -> LeaseClaim {
        try await pool.write { connection in
            var found = try ProcessorRow(processor, connection, lock: .skipping)
            if found == nil {
                // It is new, or another transaction has it: mostly a commit of its holder, for which nobody need wait.
                if let busy = try ProcessorRow(processor, connection), let other = busy.holder, other != holder,
                    busy.expires > now.microseconds
                {
                    return .held(until: Timestamp(microseconds: busy.expires))
                }
                try ProcessorRow.make(processor, connection)
                found = try ProcessorRow(processor, connection, lock: .waiting)
            }
            guard let row = found else {
                throw HearthError(.storageFailed, "A processor was stored and is not there.", disposition: .defect)
            }
            if let other = row.holder, other != holder, row.expires > now.microseconds {
                return .held(until: Timestamp(microseconds: row.expires))
            }
            let fence = row.holder == holder ? row.fence : row.fence + 1
            try connection.execute(
                "UPDATE hearth_processors SET holder = $2, expires = $3, fence = $4 WHERE id = $1",
                [.int4(row.id), .uuid(holder), .time(expiry), .int8(fence)])
            return .granted(ProcessorLease(processor: processor, holder: holder, fence: fence))
        }
    }

    package func release(_ lease: ProcessorLease) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                "UPDATE hearth_processors SET holder = NULL, expires = 0 WHERE name = $1 AND holder = $2 AND fence = $3",
                [.text(lease.processor), .uuid(lease.holder), .int8(lease.fence)])
        }
    }

    package func record(of processor: String) async throws -> ProcessorRecord {
        try await pool.read { connection in
            guard let row = try ProcessorRow(processor, connection) else { return ProcessorRecord() }
            var record = ProcessorRecord(run: try ProcessorRow.run(of: row.id, connection))
            let cursors = try connection.execute(
                """
                SELECT s.name, c.cursor FROM hearth_cursors c JOIN hearth_streams s ON s.id = c.stream
                WHERE c.processor = $1
                """, [.int4(row.id)])
            for cursor in 0..<cursors.count {
                record.cursors[cursors[cursor].string(0)] = ReadingCursor(text: cursors[cursor].string(1))
            }
            let letters = try connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE replay) FROM hearth_dead_letters WHERE processor = $1",
                [.int4(row.id)])
            if let counts = letters.first {
                (record.deadLetters, record.replays) = (try counts.int(0), try counts.int(1))
            }
            return record
        }
    }

    package func commit(
        _ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp
    ) async throws -> ProcessorCommitOutcome {
        let source = try table(of: commit.source)
        let outputs = try commit.outputs.map { (batch: $0.batch, table: try table(of: $0.batch.stream)) }
        let tables = installedTables
        let heads = commit.worked.map { ($0.person, $0.device) } + commit.failed.map { ($0.person, $0.device) }
        let (outcome, lanes) = try await storing(outputs, owners: heads) { [memory] connection in
            // The row stays locked until the end: nobody takes the lease over while this stores under it.
            let isErasing = try connection.execute(
                "SELECT NOT pg_try_advisory_xact_lock_shared($1)", [.int8(Self.erasureLock)]
            ).first?.bool(0)
            guard isErasing == false, let row = try ProcessorRow(lease.processor, connection, lock: .waiting),
                row.holds(lease)
            else {
                throw HearthError.leaseLost(lease.processor)
            }
            var committer = ProcessorCommitter(
                connection, memory: memory, tables: tables, processor: row.id, source: source)
            try committer.replaceOutputs(of: commit.worked, by: zip(commit.outputs, outputs).map { ($0, $1.table) })
            try committer.settleLetters(commit)
            try committer.advance(commit, until: expiry)
            return (committer.outcome, committer.lanes)
        }
        settle(lanes)
        notices.add(outcome.streams)
        return outcome
    }

    package func startRun(
        of processor: String, from time: Timestamp, at now: Timestamp
    ) async throws -> ProcessorRun {
        try await pool.write { connection in
            try ProcessorRow.make(processor, connection)
            let row = try connection.execute(
                """
                UPDATE hearth_processors SET run_number = run_number + 1, run_from = least(run_from, $2),
                run_requested = $3, run_stream = NULL, run_person = NULL, run_position = NULL, run_worked = 0
                WHERE name = $1 RETURNING id
                """, [.text(processor), .time(time), .time(now)]
            ).first
            guard let id = try row?.int32(0), let run = try ProcessorRow.run(of: id, connection) else {
                throw HearthError(.storageFailed, "A run was stored and is not there.", disposition: .defect)
            }
            return run
        }
    }

    package func backlog(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> Backlog {
        let table = try table(of: stream)
        let after = try Self.sequence(of: cursor)
        return try await readingPartitions { connection in
            guard limit > 0, let rows = try Self.changes("seq, received", after, table, connection) else {
                return Backlog(count: 0)
            }
            let found = try connection.execute(
                "SELECT count(*), (array_agg(received ORDER BY seq))[1] FROM (\(rows)) r", [.int8(after), .int(limit)])
            guard let row = found.first else { return Backlog(count: 0) }
            return Backlog(count: try row.int(0), oldest: try row.optional(1) { try row.time(1) })
        }
    }
}
