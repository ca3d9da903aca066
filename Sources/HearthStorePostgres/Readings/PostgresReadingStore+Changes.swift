import HearthCore
package import HearthSchema
package import HearthStore

extension PostgresReadingStore {
    package func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> (batch: ReadingBatch, cursor: ReadingCursor?) {
        let table = try table(of: stream)
        let after = try Self.sequence(of: cursor)
        let (batch, last) = try await readingPartitions { connection in
            var batch = ReadingBatch(stream: stream)
            let rows = StreamRows(stream, in: table)
            guard limit > 0, let sql = try Self.changes(rows.columns(), after, table, connection) else {
                return (batch, Int64?.none)
            }
            let found = try connection.execute(sql, [.int8(after), .int(limit)])
            let numbers = NumberBook(connection)
            batch.heads.reserveCapacity(found.count)
            for row in 0..<found.count { try rows.append(found[row], to: &batch, numbers) }
            return (batch, try found.isEmpty ? nil : StreamRows.sequence(found[found.count - 1]))
        }
        return (batch, last.map { ReadingCursor(text: String($0)) } ?? cursor)
    }

    /// Reads what lies beyond a number in the order of commits: `$1`, at most `$2` rows. Only the partitions that have such
    /// rows are named, which is mostly one of hundreds.
    /// - Returns: nil when there is nothing.
    static func changes(
        _ columns: String, _ after: Int64, _ table: StreamTable, _ connection: PostgresConnection
    ) throws -> String? {
        let partitions = try connection.execute(
            """
            SELECT p.table_name FROM hearth_partitions p WHERE p.stream = $1 AND EXISTS (
                SELECT 1 FROM hearth_counters c
                WHERE c.stream = $1 AND c.period_start = p.start AND c.last_seq > $2)
            ORDER BY p.start
            """, [.int4(table.stream), .int8(after)]
        ).map { StreamTable.quoted($0.string(0)) }
        if partitions.isEmpty { return nil }
        let parts = partitions.map { "SELECT \(columns) FROM \($0) WHERE seq > $1 ORDER BY seq LIMIT $2" }
        if parts.count == 1 { return parts[0] }
        return parts.map { "(\($0))" }.joined(separator: " UNION ALL ") + " ORDER BY seq LIMIT $2"
    }

    /// The number that a cursor of this store is.
    static func sequence(of cursor: ReadingCursor?) throws -> Int64 {
        guard let cursor else { return 0 }
        guard let sequence = Int64(cursor.text), sequence >= 0 else {
            throw HearthError(.invalidValue, "This is not a cursor of the store.")
        }
        return sequence
    }

    /// Runs a read that names partitions, again when one of them was dropped after the snapshot was taken.
    func readingPartitions<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await pool.read { connection in
                    do {
                        return try body(connection)
                    } catch let error as PostgresError where error.state == "42P01" {
                        throw DroppedPartition(cause: error)
                    }
                }
            } catch let error as DroppedPartition {
                guard attempt < 3 else { throw HearthError(postgres: error.cause) }
                attempt += 1
            }
        }
    }

    private struct DroppedPartition: Error {
        var cause: PostgresError
    }
}
