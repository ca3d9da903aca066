import HearthCore
import HearthSchema
import HearthStore

/// What one device has in one partition, as the counters say.
struct CountedRows {
    var device: Int32
    var person: Int32
    var period: Int64
    var partition: String
    var readings: Int64
    var lastReceived: Int64

    /// The rows of a stream's counters that satisfy a condition, with their partitions, oldest first.
    static func all(
        _ connection: PostgresConnection, stream: Int32, where condition: String, _ values: [PostgresValue]
    ) throws -> [CountedRows] {
        try connection.execute(
            """
            SELECT c.device_id, c.person_id, c.period_start, p.table_name, c.readings, c.last_received
            FROM hearth_counters c JOIN hearth_partitions p ON p.stream = c.stream AND p.start = c.period_start
            WHERE c.stream = $1 AND \(condition) ORDER BY c.period_start, c.device_id, c.person_id
            """, [.int4(stream)] + values
        ).map { row in
            CountedRows(
                device: try row.int32(0), person: try row.int32(1), period: try row.int64(2),
                partition: StreamTable.quoted(row.string(3)), readings: try row.int64(4),
                lastReceived: try row.int64(5))
        }
    }
}

/// Deletes rows of a stream within a transaction that holds the stream's row, and keeps names and counters true.
struct RowDeletion {
    let connection: PostgresConnection
    let stream: Int32

    /// Locks the stream, so that counters do not change but here.
    init(_ connection: PostgresConnection, stream: Int32) throws {
        self.connection = connection
        self.stream = stream
        try connection.execute("SELECT id FROM hearth_streams WHERE id = $1 FOR NO KEY UPDATE", [.int4(stream)])
    }

    /// Deletes the oldest rows of one device in one partition.
    /// - Parameter condition: Further ones on the row, with arguments from `$4` on.
    /// - Returns: rows deleted.
    func run(
        _ rows: CountedRows, where condition: String = "true", _ values: [PostgresValue] = [], limit: Int
    ) throws -> Int {
        let deleted = try connection.execute(
            """
            DELETE FROM \(rows.partition) WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM \(rows.partition) WHERE device_id = $1 AND person_id = $2 AND \(condition)
                ORDER BY ts LIMIT $3))
            RETURNING ts, digest, received, flags
            """, [.int4(rows.device), .int4(rows.person), .int(limit)] + values)
        if deleted.isEmpty { return 0 }
        var names: [(time: Int64, digest: Int64)] = []
        var lastReceived = Int64.min
        for row in 0..<deleted.count {
            lastReceived = max(lastReceived, try deleted[row].int64(2))
            let flags = ReadingFlags(rawValue: UInt8(truncatingIfNeeded: try deleted[row].int16(3)))
            if flags.contains(.clientKeyed) {
                names.append((try deleted[row].int64(0), try deleted[row].int64(1)))
            }
        }
        if !names.isEmpty {
            try connection.execute(
                """
                DELETE FROM hearth_client_keys k USING unnest($3, $4) AS u (d, t)
                WHERE k.stream = $1 AND k.device_id = $2 AND k.digest = u.d AND k.ts = u.t
                """,
                [.int4(stream), .int4(rows.device), .int8s(names.map(\.digest)), .int8s(names.map(\.time))])
        }
        try subtract(deleted.count, named: names.count, lastReceived: lastReceived, from: rows)
        return deleted.count
    }

    /// - Parameter lastReceived: The latest arrival among the rows that were deleted.
    func subtract(_ deleted: Int, named: Int, lastReceived: Int64, from rows: CountedRows) throws {
        let lane: [PostgresValue] = [.int4(stream), .int4(rows.device), .int4(rows.person), .int8(rows.period)]
        let place = "stream = $1 AND device_id = $2 AND person_id = $3 AND period_start = $4"
        let emptied = try connection.execute(
            "DELETE FROM hearth_counters WHERE \(place) AND readings <= $5", lane + [.int(deleted)])
        if emptied.changes > 0 { return }
        let own = "FROM \(rows.partition) WHERE device_id = $2 AND person_id = $3"
        // Only when the newest arrival was among them is a search for the next one needed.
        try connection.execute(
            """
            UPDATE hearth_counters SET readings = readings - $5, named = named - $6,
                first_ts = (SELECT ts \(own) ORDER BY ts LIMIT 1), last_ts = (SELECT ts \(own) ORDER BY ts DESC LIMIT 1),
                last_received = CASE WHEN $7 >= last_received THEN (SELECT max(received) \(own)) ELSE last_received END
            WHERE \(place)
            """, lane + [.int(deleted), .int(named), .int8(lastReceived)])
    }
}
