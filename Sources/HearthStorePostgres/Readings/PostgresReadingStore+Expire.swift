package import HearthCore
package import HearthSchema
import HearthStore

extension PostgresReadingStore {
    /// How long to wait for readers before a partition is left for the next time: whoever waits holds up others.
    private static let dropPatience = "500ms"

    /// Readings of high-rate streams go by whole partitions, which costs nothing, and so live up to a day longer.
    package func expiryCutoff(of stream: StreamDefinition, for cutoff: Timestamp) -> Timestamp {
        guard stream.isHighRate else { return cutoff }
        let period = StreamTable.period(of: stream)
        return Timestamp(microseconds: StreamTable.periodStart(cutoff.microseconds, period))
    }

    package func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) async throws -> Int {
        let table = try table(of: stream)
        var dropped = 0
        while let readings = try await dropPartition(of: table, before: cutoff.microseconds) { dropped += readings }
        if dropped >= limit { return dropped }
        return try await pool.write { [dropped] connection in
            let deletion = try RowDeletion(connection, stream: table.stream)
            var deleted = dropped
            let old = try CountedRows.all(
                connection, stream: table.stream, where: "c.first_ts < $2", [.int8(cutoff.microseconds)])
            for rows in old where deleted < limit {
                deleted += try deletion.run(
                    rows, where: "ts < $4 AND received < $4", [.int8(cutoff.microseconds)], limit: limit - deleted)
            }
            try Self.forgetDerivations(in: table, before: cutoff.microseconds, limit: limit, connection)
            return deleted
        }
    }

    /// Drops the oldest partition all of whose readings are old by both times.
    /// - Returns: its readings; nil when there is none, or when readers are in the way.
    private func dropPartition(of table: StreamTable, before cutoff: Int64) async throws -> Int? {
        try await pool.write { connection in
            try connection.execute(
                "SELECT id FROM hearth_streams WHERE id = $1 FOR NO KEY UPDATE", [.int4(table.stream)])
            let oldest = try connection.execute(
                """
                SELECT p.start, p.table_name, coalesce(sum(c.readings), 0)::bigint, coalesce(sum(c.named), 0)::bigint
                FROM hearth_partitions p LEFT JOIN hearth_counters c ON c.stream = p.stream AND c.period_start = p.start
                WHERE p.stream = $1 AND p.start <= $2 - $3 GROUP BY p.start, p.table_name
                HAVING coalesce(max(c.last_received) < $2, true) ORDER BY p.start LIMIT 1
                """, [.int4(table.stream), .int8(cutoff), .int8(table.period)]
            ).first
            guard let oldest else { return nil }
            let (start, name) = (try oldest.int64(0), StreamTable.quoted(oldest.string(1)))
            do {
                try connection.savepoint { connection in
                    try connection.script("SET LOCAL lock_timeout = '\(Self.dropPatience)'; DROP TABLE \(name)")
                }
            } catch let error as PostgresError where error.state == "55P03" {
                return nil
            }
            let period: [PostgresValue] = [.int4(table.stream), .int8(start)]
            try connection.execute("DELETE FROM hearth_counters WHERE stream = $1 AND period_start = $2", period)
            try connection.execute("DELETE FROM hearth_partitions WHERE stream = $1 AND start = $2", period)
            if try oldest.int(3) > 0 {
                try connection.execute(
                    "DELETE FROM hearth_client_keys WHERE stream = $1 AND ts >= $2 AND ts < $3",
                    period + [.int8(start + table.period)])
            }
            return try oldest.int(2)
        }
    }

    /// The same readings were deleted, by the same two times.
    private static func forgetDerivations(
        in table: StreamTable, before cutoff: Int64, limit: Int, _ connection: PostgresConnection
    ) throws {
        try connection.execute(
            """
            DELETE FROM hearth_derivations WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM hearth_derivations WHERE output_stream = $1 AND output_ts < $2 AND received < $2
                LIMIT $3))
            """, [.int4(table.stream), .int8(cutoff), .int(limit)])
    }
}
