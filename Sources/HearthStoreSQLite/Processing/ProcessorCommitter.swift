import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// Stores what one step gave within a transaction.
struct ProcessorCommitter {
    /// Which output of which worked reading.
    private struct Key: Hashable {
        var source: Int
        var stream: Int64
        var time: Int64
        var digest: Int64
    }

    private struct Wanted {
        var output: Int
        var row: Int
        var fingerprint: Int64
    }

    private let db: Database
    private let chunks: ChunkLoader
    private let processor: Int64
    private let source: TableLayout
    private var deletion: DerivedDeletion
    private(set) var outcome = ProcessorCommitOutcome()

    init(db: Database, chunks: ChunkLoader, layouts: [Int64: TableLayout], processor: Int64, source: TableLayout) {
        self.db = db
        self.chunks = chunks
        self.processor = processor
        self.source = source
        deletion = DerivedDeletion(db: db, layouts: layouts)
    }

    // MARK: Outputs

    mutating func replaceOutputs(
        of worked: [ReadingHead], by outputs: [(output: DerivedBatch, layout: TableLayout)],
        _ memory: inout WriterMemory
    ) throws {
        var wanted: [Key: Wanted] = [:]
        for (number, (output, layout)) in outputs.enumerated() {
            for (row, head) in output.batch.heads.enumerated() {
                let key = Key(
                    source: output.sources[row], stream: layout.stream, time: head.timestamp.microseconds,
                    digest: Int64(bitPattern: head.digest))
                let fingerprint = Int64(bitPattern: output.fingerprints[row])
                wanted[key] = Wanted(output: number, row: row, fingerprint: fingerprint)
            }
        }
        var owners: [(person: Int64, device: Int64)] = []
        for (index, head) in worked.enumerated() {
            let person = try Appender.number(of: head.person, in: "hearth_people", &memory.people, db)
            let device = try Appender.number(of: head.device, in: "hearth_devices", &memory.devices, db)
            owners.append((person, device))
            try compare(head, index, device: device, with: &wanted)
        }
        try deletion.finish()
        outcome.removed = deletion.vanished
        var rows = [[Int]](repeating: [], count: outputs.count)
        for left in wanted.values { rows[left.output].append(left.row) }
        for (number, (output, layout)) in outputs.enumerated() where !rows[number].isEmpty {
            try store(output, rows[number].sorted(), in: layout, of: worked, owners, &memory)
        }
    }

    /// Deletes what does not follow from a worked reading any more, and takes from `wanted` what is there already.
    private mutating func compare(
        _ head: ReadingHead, _ index: Int, device: Int64, with wanted: inout [Key: Wanted]
    ) throws {
        let place = DerivedDeletion.Place(
            stream: source.stream, device: device, time: head.timestamp.microseconds,
            digest: Int64(bitPattern: head.digest))
        for link in try deletion.links(from: place) where link.processor == processor {
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

    private mutating func store(
        _ output: DerivedBatch, _ rows: [Int], in layout: TableLayout, of worked: [ReadingHead],
        _ owners: [(person: Int64, device: Int64)], _ memory: inout WriterMemory
    ) throws {
        var batch = output.batch
        if rows.count < batch.count {
            batch = ReadingBatch(stream: output.batch.stream, minimumCapacity: rows.count)
            for row in rows { batch.append(row: row, of: output.batch) }
        }
        var appender = try Appender(db: db, layout: layout, batch: batch, chunks: chunks)
        let stored = try appender.append(batch, &memory).stored
        outcome.stored += stored
        if stored > 0 { outcome.streams.insert(layout.name) }
        let insertion = try RawStatement(
            db,
            """
            INSERT INTO hearth_derivations (source_stream, device, source_ts, source_digest, processor, output_stream,
            output_digest, output_ts, received, fingerprint, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for row in rows {
            let head = output.batch.heads[row]
            let from = worked[output.sources[row]]
            let owner = owners[output.sources[row]]
            insertion.bind(1, source.stream)
            insertion.bind(2, owner.device)
            insertion.bind(3, from.timestamp.microseconds)
            insertion.bind(4, Int64(bitPattern: from.digest))
            insertion.bind(5, processor)
            insertion.bind(6, layout.stream)
            insertion.bind(7, Int64(bitPattern: head.digest))
            insertion.bind(8, head.timestamp.microseconds)
            insertion.bind(9, head.received.microseconds)
            insertion.bind(10, Int64(bitPattern: output.fingerprints[row]))
            insertion.bind(11, owner.person)
            try insertion.run()
        }
    }

    // MARK: Dead letters

    func settleLetters(_ commit: ProcessorCommit, _ memory: inout WriterMemory) throws {
        try removeLetters(of: commit.worked, &memory)
        let upsert = try RawStatement(
            db,
            """
            INSERT INTO hearth_dead_letters (id, processor, stream, person, device, ts, digest, code, message, attempts,
            first_failed, last_failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (processor, stream, device, ts, digest) DO UPDATE SET code = excluded.code,
            message = excluded.message, attempts = attempts + excluded.attempts, last_failed = excluded.last_failed,
            replay = 0
            """)
        for letter in commit.failed {
            upsert.bind(1, letter.id)
            upsert.bind(2, processor)
            upsert.bind(3, source.stream)
            upsert.bind(4, try Appender.number(of: letter.person, in: "hearth_people", &memory.people, db))
            upsert.bind(5, try Appender.number(of: letter.device, in: "hearth_devices", &memory.devices, db))
            upsert.bind(6, letter.reading.timestamp.microseconds)
            upsert.bind(7, Int64(bitPattern: letter.reading.digest))
            upsert.bind(8, letter.code.text)
            upsert.bind(9, letter.message)
            upsert.bind(10, letter.attempts)
            upsert.bind(11, letter.firstFailedAt.microseconds)
            upsert.bind(12, letter.lastFailedAt.microseconds)
            try upsert.run()
        }
    }

    private func removeLetters(of worked: [ReadingHead], _ memory: inout WriterMemory) throws {
        let any = try RawStatement(db, "SELECT EXISTS (SELECT 1 FROM hearth_dead_letters WHERE processor = ?)")
        any.bind(1, processor)
        let isEmpty = try !any.step() || any.int(0) == 0
        any.reset()
        if isEmpty { return }
        let deletion = try RawStatement(
            db,
            "DELETE FROM hearth_dead_letters WHERE processor = ? AND stream = ? AND device = ? AND ts = ? AND digest = ?"
        )
        for head in worked {
            deletion.bind(1, processor)
            deletion.bind(2, source.stream)
            deletion.bind(3, try Appender.number(of: head.device, in: "hearth_devices", &memory.devices, db))
            deletion.bind(4, head.timestamp.microseconds)
            deletion.bind(5, Int64(bitPattern: head.digest))
            try deletion.run()
        }
    }

    // MARK: Progress

    func advance(_ commit: ProcessorCommit, until expiry: Timestamp) throws {
        let lease = try RawStatement(db, "UPDATE hearth_processors SET expires = ? WHERE id = ?")
        lease.bind(1, expiry.microseconds)
        lease.bind(2, processor)
        try lease.run()
        switch commit.progress {
        case .cursor(let cursor):
            let upsert = try RawStatement(
                db,
                """
                INSERT INTO hearth_cursors (processor, stream, cursor) VALUES (?, ?, ?)
                ON CONFLICT (processor, stream) DO UPDATE SET cursor = excluded.cursor
                """)
            upsert.bind(1, processor)
            upsert.bind(2, source.stream)
            upsert.bind(3, cursor.text)
            try upsert.run()
        case .run(let number, let place): try advance(run: number, to: place, by: commit)
        case .replay: break
        }
    }

    private func advance(run number: Int64, to place: RunPlace?, by commit: ProcessorCommit) throws {
        let update = try RawStatement(
            db,
            """
            UPDATE hearth_processors SET run_from = iif(?1 IS NULL, NULL, run_from), run_stream = ?1, run_person = ?2,
            run_position = ?3, run_worked = run_worked + ?4 WHERE id = ?5 AND run_number = ?6 AND run_from IS NOT NULL
            """)
        defer { update.clear() }
        if let place {
            update.bind(1, place.stream)
            update.bind(2, place.person)
            if let position = place.position { update.bind(3, position.text) } else { update.bindNull(3) }
        } else {
            for index in Int32(1)...3 { update.bindNull(index) }
        }
        update.bind(4, commit.worked.count + commit.failed.count)
        update.bind(5, processor)
        update.bind(6, number)
        try update.run()
    }
}
