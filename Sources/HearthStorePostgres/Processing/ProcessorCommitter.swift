import HearthCore
import HearthSchema
import HearthStore

/// Stores what one step gave within a transaction.
struct ProcessorCommitter {
    /// Which output of which worked reading.
    private struct Key: Hashable {
        var source: Int
        var stream: Int32
        var time: Int64
        var digest: Int64
    }

    private struct Wanted {
        var output: Int
        var row: Int
        var fingerprint: Int64
    }

    private let connection: PostgresConnection
    private let memory: WriterMemory
    private let processor: Int32
    private let source: StreamTable
    private var deletion: DerivedDeletion
    private(set) var outcome = ProcessorCommitOutcome()
    /// To remember after the commit.
    private(set) var lanes: [Int32: WriterMemory.Lanes] = [:]

    init(
        _ connection: PostgresConnection, memory: WriterMemory, tables: [Int32: StreamTable], processor: Int32,
        source: StreamTable
    ) {
        self.connection = connection
        self.memory = memory
        self.processor = processor
        self.source = source
        deletion = DerivedDeletion(connection, tables: tables)
    }

    private func number(person: UniqueID) throws -> Int32 {
        guard let number = memory.person(person) else { throw Self.forgotten }
        return number
    }

    private func number(device: UniqueID) throws -> Int32 {
        guard let number = memory.device(device) else { throw Self.forgotten }
        return number
    }

    /// Another call forgot it since it was looked up.
    private static var forgotten: PostgresError {
        PostgresError(state: "23503", message: "A number was forgotten.", isConnectionLost: false)
    }

    // MARK: Outputs

    mutating func replaceOutputs(
        of worked: [ReadingHead], by outputs: [(output: DerivedBatch, table: StreamTable)]
    ) throws {
        var wanted: [Key: Wanted] = [:]
        for (number, (output, table)) in outputs.enumerated() {
            for (row, head) in output.batch.heads.enumerated() {
                let key = Key(
                    source: output.sources[row], stream: table.stream, time: head.timestamp.microseconds,
                    digest: Int64(bitPattern: head.digest))
                let fingerprint = Int64(bitPattern: output.fingerprints[row])
                wanted[key] = Wanted(output: number, row: row, fingerprint: fingerprint)
            }
        }
        try compare(worked, with: &wanted)
        try deletion.finish()
        outcome.removed = deletion.vanished
        var rows = [[Int]](repeating: [], count: outputs.count)
        for left in wanted.values { rows[left.output].append(left.row) }
        var work: [(batch: ReadingBatch, table: StreamTable)] = []
        var stored: [(output: Int, rows: [Int])] = []
        for (number, (output, table)) in outputs.enumerated() where !rows[number].isEmpty {
            let chosen = rows[number].sorted()
            var batch = output.batch
            if chosen.count < batch.count {
                batch = ReadingBatch(stream: output.batch.stream, minimumCapacity: chosen.count)
                for row in chosen { batch.append(row: row, of: output.batch) }
            }
            work.append((batch, table))
            stored.append((number, chosen))
        }
        let outcomes: [AppendOutcome]
        (outcomes, lanes) = try PostgresReadingStore.append(work, connection, memory)
        for (index, appended) in outcomes.enumerated() {
            outcome.stored += appended.stored
            if appended.stored > 0 { outcome.streams.insert(work[index].table.name) }
            let (output, table) = outputs[stored[index].output]
            try link(output, stored[index].rows, in: table, to: worked)
        }
    }

    /// Deletes what does not follow from the worked readings any more, and takes from `wanted` what is there already.
    private mutating func compare(_ worked: [ReadingHead], with wanted: inout [Key: Wanted]) throws {
        let places = try worked.map { head in
            DerivedDeletion.Place(
                stream: source.stream, device: try number(device: head.device), time: head.timestamp.microseconds,
                digest: Int64(bitPattern: head.digest))
        }
        var indexes: [DerivedDeletion.Place: Int] = [:]
        for (index, place) in places.enumerated() { indexes[place] = index }
        for link in try deletion.links(from: places) where link.processor == processor {
            guard let index = indexes[link.source] else { continue }
            let key = Key(source: index, stream: link.output.stream, time: link.output.time, digest: link.output.digest)
            switch wanted[key] {
            case nil: try deletion.removeWithConsequences(link)
            case let same? where same.fingerprint == link.fingerprint:
                wanted[key] = nil
                outcome.kept += 1
            case _?: try deletion.remove(link)
            }
        }
    }

    private func link(
        _ output: DerivedBatch, _ rows: [Int], in table: StreamTable, to worked: [ReadingHead]
    ) throws {
        let heads = rows.map { output.batch.heads[$0] }
        let sources = rows.map { worked[output.sources[$0]] }
        try connection.execute(
            """
            INSERT INTO hearth_derivations (source_stream, processor, output_stream, device_id, person_id, source_ts,
                source_digest, output_digest, output_ts, received, fingerprint)
            SELECT $1, $2, $3, d, p, st, sd, od, ot, r, f
            FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) AS u (d, p, st, sd, od, ot, r, f)
            """,
            [
                .int4(source.stream), .int4(processor), .int4(table.stream),
                .int4s(try sources.map { try number(device: $0.device) }),
                .int4s(try sources.map { try number(person: $0.person) }),
                .int8s(sources.map(\.timestamp.microseconds)), .int8s(sources.map { Int64(bitPattern: $0.digest) }),
                .int8s(heads.map { Int64(bitPattern: $0.digest) }), .int8s(heads.map(\.timestamp.microseconds)),
                .int8s(heads.map(\.received.microseconds)),
                .int8s(rows.map { Int64(bitPattern: output.fingerprints[$0]) }),
            ])
    }

    // MARK: Dead letters

    func settleLetters(_ commit: ProcessorCommit) throws {
        if !commit.worked.isEmpty {
            try connection.execute(
                """
                DELETE FROM hearth_dead_letters l USING unnest($3, $4, $5) AS u (d, t, g)
                WHERE l.processor = $1 AND l.stream = $2 AND l.device_id = u.d AND l.ts = u.t AND l.digest = u.g
                """,
                [
                    .int4(processor), .int4(source.stream),
                    .int4s(try commit.worked.map { try number(device: $0.device) }),
                    .int8s(commit.worked.map(\.timestamp.microseconds)),
                    .int8s(commit.worked.map { Int64(bitPattern: $0.digest) }),
                ])
        }
        for letter in commit.failed {
            try connection.execute(
                """
                INSERT INTO hearth_dead_letters AS l (id, processor, stream, person_id, device_id, ts, digest, code,
                    message, attempts, first_failed, last_failed)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                ON CONFLICT (processor, stream, device_id, ts, digest) DO UPDATE SET code = excluded.code,
                    message = excluded.message, attempts = l.attempts + excluded.attempts,
                    last_failed = excluded.last_failed, replay = false
                """,
                [
                    .uuid(letter.id), .int4(processor), .int4(source.stream), .int4(try number(person: letter.person)),
                    .int4(try number(device: letter.device)), .time(letter.reading.timestamp),
                    .int8(Int64(bitPattern: letter.reading.digest)), .text(letter.code.text),
                    .text(PostgresText.written(letter.message)), .int(letter.attempts), .time(letter.firstFailedAt),
                    .time(letter.lastFailedAt),
                ])
        }
    }

    // MARK: Progress

    func advance(_ commit: ProcessorCommit, until expiry: Timestamp) throws {
        try connection.execute(
            "UPDATE hearth_processors SET expires = $2 WHERE id = $1", [.int4(processor), .time(expiry)])
        switch commit.progress {
        case .cursor(let cursor):
            try connection.execute(
                """
                INSERT INTO hearth_cursors (processor, stream, cursor) VALUES ($1, $2, $3)
                ON CONFLICT (processor, stream) DO UPDATE SET cursor = excluded.cursor
                """, [.int4(processor), .int4(source.stream), .text(cursor.text)])
        case .run(let number, let place):
            try connection.execute(
                """
                UPDATE hearth_processors SET run_from = CASE WHEN $3 IS NULL THEN NULL ELSE run_from END, run_stream = $3,
                run_person = $4, run_position = $5, run_worked = run_worked + $6
                WHERE id = $1 AND run_number = $2 AND run_from IS NOT NULL
                """,
                [
                    .int4(processor), .int8(number), .text(place?.stream), .uuid(place?.person),
                    .text(place?.position?.text), .int(commit.worked.count + commit.failed.count),
                ])
        case .replay: break
        }
    }
}
