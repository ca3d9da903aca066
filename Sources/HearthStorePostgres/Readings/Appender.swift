import HearthCore
import HearthSchema
import HearthStore

/// Stores batches of one stream within a transaction. Numbers and partitions are there already.
///
/// A reading that is newer than everything its device has in the stream cannot be stored yet. Such rows, which are nearly all,
/// are copied straight into the table; only the others are compared with what is there.
struct Appender {
    /// What the batches add to the counters of one device in one partition.
    private struct Addition {
        var count: Int64 = 0
        var named: Int64 = 0
        var first = Int64.max
        var last = Int64.min
        var lastReceived = Int64.min
    }

    private struct Lane: Hashable {
        var period: Int64
        var person: Int32
        var device: Int32
    }

    /// Rows that are worth the two journeys of a COPY.
    private static let copiedRows = 64

    private let connection: PostgresConnection
    private let table: StreamTable
    private let memory: WriterMemory
    /// The highest number given so far.
    private var sequence: Int64
    private var lastTimes: [Int32: Int64]
    private var additions: [Lane: Addition] = [:]

    /// Locks the stream until the transaction ends.
    /// - Parameter rows: Most that will be stored; each gets a number of its own, used or not.
    init(_ connection: PostgresConnection, table: StreamTable, memory: WriterMemory, rows: Int) throws {
        self.connection = connection
        self.table = table
        self.memory = memory
        let row = try connection.execute(
            "UPDATE hearth_streams SET last_seq = last_seq + $2 WHERE id = $1 RETURNING last_seq - $2",
            [.int4(table.stream), .int(rows)]
        ).first
        guard let row else {
            throw HearthError(
                .storageFailed, "The stream \(table.name) is gone from the database.", disposition: .defect)
        }
        sequence = try row.int64(0)
        lastTimes = memory.lastTimes(of: table.stream, at: sequence)
    }

    /// To remember once the transaction is committed.
    var lanes: WriterMemory.Lanes { WriterMemory.Lanes(lastSequence: sequence, lastTimes: lastTimes) }

    mutating func append(_ batch: ReadingBatch) throws -> AppendOutcome {
        var rows = BatchRows(batch: batch, first: sequence + 1)
        try rows.check(against: table)
        sequence += Int64(batch.count)
        try number(&rows)
        var outcome = AppendOutcome(stored: 0)
        let isTaken = try claimNames(of: rows, &outcome)
        try learnLastTimes(rows)
        var fresh: [Int] = []
        var doubtful: [Int] = []
        for row in 0..<batch.count where !isTaken.contains(row) {
            let (device, time) = (rows.devices[row], batch.heads[row].timestamp.microseconds)
            if time > lastTimes[device, default: .min] {
                lastTimes[device] = time
                fresh.append(row)
            } else {
                doubtful.append(row)
            }
        }
        if fresh.count < Self.copiedRows {
            // In their order: of two equal rows the first one counts.
            (fresh, doubtful) = ([], (fresh + doubtful).sorted())
        }
        if !fresh.isEmpty {
            try copy(fresh, of: rows)
            for row in fresh { count(row, of: rows) }
        }
        try insert(doubtful, of: rows, &outcome)
        outcome.stored = batch.count - outcome.duplicates.count
        outcome.duplicates.sort { $0.row < $1.row }
        return outcome
    }

    private func number(_ rows: inout BatchRows) throws {
        var owner: (person: UniqueID, device: UniqueID)?
        var numbers: (person: Int32, device: Int32) = (0, 0)
        for head in rows.batch.heads {
            if owner?.person != head.person || owner?.device != head.device {
                owner = (head.person, head.device)
                guard let person = memory.person(head.person), let device = memory.device(head.device) else {
                    // Another call forgot it since it was looked up.
                    throw PostgresError(state: "23503", message: "A number was forgotten.", isConnectionLost: false)
                }
                numbers = (person, device)
            }
            rows.people.append(numbers.person)
            rows.devices.append(numbers.device)
        }
    }

    private mutating func learnLastTimes(_ rows: BatchRows) throws {
        let unknown = Set(rows.devices).filter { lastTimes[$0] == nil }.sorted()
        if unknown.isEmpty { return }
        let found = try connection.execute(
            "SELECT device_id, max(last_ts) FROM hearth_counters WHERE stream = $1 AND device_id = ANY($2) GROUP BY 1",
            [.int4(table.stream), .int4s(unknown)])
        for device in unknown { lastTimes[device] = .min }
        for row in 0..<found.count { lastTimes[try found[row].int32(0)] = try found[row].int64(1) }
    }

    // MARK: Rows

    private func copy(_ chosen: [Int], of rows: BatchRows) throws {
        let stored = try connection.copyIn(
            "COPY \(table.table) (\(rows.columnNames)) FROM STDIN (FORMAT binary)"
        ) { writer in
            try rows.write(chosen, to: &writer)
        }
        guard stored == chosen.count else {
            throw HearthError(.storageFailed, "The database stored too few rows.", disposition: .defect)
        }
    }

    private mutating func insert(_ chosen: [Int], of rows: BatchRows, _ outcome: inout AppendOutcome) throws {
        if chosen.isEmpty { return }
        let stored = try connection.execute(
            """
            INSERT INTO \(table.table) (\(rows.columnNames)) SELECT \(rows.selection) FROM unnest(\(rows.marks))
            AS u (\(rows.aliases)) ON CONFLICT (device_id, ts, digest) DO NOTHING RETURNING seq
            """, try rows.arrays(chosen))
        var isStored = Set<Int64>(minimumCapacity: stored.count)
        if stored.count < chosen.count {
            for row in 0..<stored.count { isStored.insert(try stored[row].int64(0)) }
        }
        for row in chosen {
            if stored.count == chosen.count || isStored.contains(rows.sequence(row)) {
                count(row, of: rows)
            } else {
                outcome.duplicates.append(.init(row: row, original: rows.batch.heads[row].recordID))
            }
        }
    }

    // MARK: Names

    /// Takes the names that clients gave.
    /// - Returns: rows whose name is taken, by a reading that is stored or by an earlier row.
    private func claimNames(of rows: BatchRows, _ outcome: inout AppendOutcome) throws -> Set<Int> {
        struct Name: Hashable {
            var device: Int32
            var digest: Int64
        }
        let heads = rows.batch.heads
        let named = heads.indices.filter { heads[$0].flags.contains(.clientKeyed) }
        if named.isEmpty { return [] }
        var first: [Name: Int] = [:]
        func name(_ row: Int) -> Name {
            Name(device: rows.devices[row], digest: Int64(bitPattern: heads[row].digest))
        }
        for row in named where first[name(row)] == nil { first[name(row)] = row }
        let claims = first.values.sorted()
        let arguments: [PostgresValue] = [
            .int4(table.stream), .int4s(claims.map { rows.devices[$0] }),
            .int8s(claims.map { Int64(bitPattern: heads[$0].digest) }),
        ]
        let taken = try connection.execute(
            """
            INSERT INTO hearth_client_keys (stream, device_id, digest, ts, person_id)
            SELECT $1, d, g, t, p FROM unnest($2, $3, $4, $5) AS u (d, g, t, p)
            ON CONFLICT DO NOTHING RETURNING device_id, digest
            """,
            arguments + [
                .int8s(claims.map { heads[$0].timestamp.microseconds }), .int4s(claims.map { rows.people[$0] }),
            ])
        var times: [Name: Int64] = [:]
        var isNew: Set<Name> = []
        for row in 0..<taken.count {
            isNew.insert(Name(device: try taken[row].int32(0), digest: try taken[row].int64(1)))
        }
        if taken.count < claims.count {
            let known = try connection.execute(
                """
                SELECT k.device_id, k.digest, k.ts FROM unnest($2, $3) AS u (d, g)
                JOIN hearth_client_keys k ON k.stream = $1 AND k.device_id = u.d AND k.digest = u.g
                """, arguments)
            for row in 0..<known.count {
                let name = Name(device: try known[row].int32(0), digest: try known[row].int64(1))
                times[name] = try known[row].int64(2)
            }
        }
        var isTaken: Set<Int> = []
        for row in named {
            let name = name(row)
            if isNew.contains(name), first[name] == row { continue }
            let time = times[name] ?? heads[first[name] ?? row].timestamp.microseconds
            let original = RecordID(timestamp: Timestamp(microseconds: time), digest: heads[row].digest)
            outcome.duplicates.append(.init(row: row, original: original))
            isTaken.insert(row)
        }
        return isTaken
    }

    // MARK: Counters

    private mutating func count(_ row: Int, of rows: BatchRows) {
        let head = rows.batch.heads[row]
        let time = head.timestamp.microseconds
        let lane = Lane(period: table.periodStart(time), person: rows.people[row], device: rows.devices[row])
        var addition = additions[lane] ?? Addition()
        addition.count += 1
        addition.named += head.flags.contains(.clientKeyed) ? 1 : 0
        addition.first = min(addition.first, time)
        addition.last = max(addition.last, time)
        addition.lastReceived = max(addition.lastReceived, head.received.microseconds)
        additions[lane] = addition
    }

    /// Brings the counters up to date, after the last batch.
    func finish() throws {
        if additions.isEmpty { return }
        let lanes = Array(additions)
        try connection.execute(
            """
            INSERT INTO hearth_counters AS c (stream, device_id, person_id, period_start, readings, named, first_ts,
                last_ts, last_received, last_seq)
            SELECT $1, d, p, s, n, k, f, l, r, $2 FROM unnest($3, $4, $5, $6, $7, $8, $9, $10)
                AS u (d, p, s, n, k, f, l, r)
            ON CONFLICT (stream, device_id, person_id, period_start) DO UPDATE SET
                readings = c.readings + excluded.readings, named = c.named + excluded.named,
                first_ts = least(c.first_ts, excluded.first_ts), last_ts = greatest(c.last_ts, excluded.last_ts),
                last_received = greatest(c.last_received, excluded.last_received), last_seq = excluded.last_seq
            """,
            [
                .int4(table.stream), .int8(sequence), .int4s(lanes.map(\.key.device)), .int4s(lanes.map(\.key.person)),
                .int8s(lanes.map(\.key.period)), .int8s(lanes.map(\.value.count)), .int8s(lanes.map(\.value.named)),
                .int8s(lanes.map(\.value.first)), .int8s(lanes.map(\.value.last)),
                .int8s(lanes.map(\.value.lastReceived)),
            ])
    }
}
