package import HearthCore
package import HearthSchema
package import HearthStore

extension PostgresReadingStore {
    package func page(
        _ query: ReadingQuery, after position: ReadingPosition?, limit: Int
    ) async throws -> ReadingBatch {
        let table = try table(of: query.stream)
        if limit <= 0 { return ReadingBatch(stream: query.stream) }
        return try await pool.read { connection in
            var batch = ReadingBatch(stream: query.stream)
            let owners = try StreamOwner.all(
                connection, stream: table.stream, person: query.person, devices: query.devices)
            let spans = OwnerSpans(owners, query, after: position)
            guard let bounds = spans.bounds else { return batch }
            let narrow = try spans.narrowed(connection, table: table, order: query.order, limit: limit) ?? bounds
            let rows = StreamRows(query.stream, in: table)
            let (sql, values) = spans.page(rows.columns(), of: table, within: narrow, order: query.order, limit: limit)
            let found = try connection.execute(sql, values)
            let numbers = NumberBook(connection)
            batch.heads.reserveCapacity(found.count)
            for row in 0..<found.count { try rows.append(found[row], to: &batch, numbers) }
            return batch
        }
    }

    package func reading(
        _ id: RecordID, in stream: StreamDefinition, person: UniqueID
    ) async throws -> ReadingBatch? {
        let table = try table(of: stream)
        return try await pool.read { connection in
            let time = id.timestamp.microseconds
            let owners = try StreamOwner.all(connection, stream: table.stream, person: person, devices: nil)
                .filter { $0.times.contains(time) }
            guard let number = owners.first?.person else { return nil }
            let rows = StreamRows(stream, in: table)
            let found = try connection.execute(
                """
                SELECT \(rows.columns()) FROM \(table.table)
                WHERE device_id = ANY($1) AND ts = $2 AND digest = $3 AND person_id = $4 LIMIT 1
                """,
                [
                    .int4s(owners.map(\.device)), .int8(time), .int8(Int64(bitPattern: id.digest)), .int4(number),
                ])
            guard let row = found.first else { return nil }
            var batch = ReadingBatch(stream: stream)
            try rows.append(row, to: &batch, NumberBook(connection))
            return batch
        }
    }

    package func newest(_ query: ReadingQuery, with text: String, in column: Int) async throws -> ReadingBatch? {
        let table = try table(of: query.stream)
        try query.stream.requireIndexedText(column)
        return try await pool.read { connection in
            guard ColumnMap(of: query.stream, in: table.definition).sources[column] != nil else { return nil }
            let owners = try StreamOwner.all(
                connection, stream: table.stream, person: query.person, devices: query.devices)
            guard let person = owners.first?.person, let bounds = OwnerSpans(owners, query, after: nil).bounds else {
                return nil
            }
            let rows = StreamRows(query.stream, in: table)
            let name = "t." + StreamTable.column(column, of: query.stream)
            let found = try connection.execute(
                """
                SELECT \(rows.columns("t.")) FROM \(table.table) t
                JOIN hearth_device_numbers d ON d.id = t.device_id
                WHERE t.person_id = $1 AND hashtextextended(\(name), 0) = hashtextextended($2 COLLATE "C", 0)
                AND \(name) = $2 AND t.device_id = ANY($3) AND t.ts >= $4 AND t.ts <= $5
                ORDER BY t.ts DESC, d.uuid DESC, t.digest DESC LIMIT 1
                """,
                [
                    .int4(person), .text(PostgresText.written(text)), .int4s(owners.map(\.device)),
                    .int8(bounds.lowerBound), .int8(bounds.upperBound),
                ])
            guard let row = found.first else { return nil }
            var batch = ReadingBatch(stream: query.stream)
            try rows.append(row, to: &batch, NumberBook(connection))
            return batch
        }
    }

    package func statistics(of stream: StreamDefinition?) async throws -> [StreamStatistics] {
        let chosen = try stream.map { try table(of: $0).stream }
        return try await pool.read { connection in
            let rows = try connection.execute(
                """
                SELECT s.name, p.uuid, d.uuid, sum(c.readings)::bigint, min(c.first_ts), max(c.last_ts),
                    max(c.last_received)
                FROM hearth_counters c JOIN hearth_streams s ON s.id = c.stream
                JOIN hearth_person_numbers p ON p.id = c.person_id JOIN hearth_device_numbers d ON d.id = c.device_id
                WHERE $1 IS NULL OR c.stream = $1 GROUP BY s.name, p.uuid, d.uuid ORDER BY s.name, p.uuid, d.uuid
                """, [chosen.map { .int4($0) } ?? .null(.int4)])
            return try rows.map { row in
                StreamStatistics(
                    stream: row.string(0), person: try row.id(1), device: try row.id(2), count: try row.int(3),
                    first: try row.time(4), last: try row.time(5), lastReceived: try row.time(6))
            }
        }
    }

    package func distinctText(of stream: StreamDefinition, column: Int) async throws -> Set<String> {
        let table = try table(of: stream)
        return try await pool.read { connection in
            guard ColumnMap(of: stream, in: table.definition).sources[column] != nil else { return [] }
            let name = StreamTable.column(column, of: stream)
            var texts: Set<String> = []
            let sql = "SELECT DISTINCT \(name) FROM \(table.table) WHERE \(name) IS NOT NULL"
            try connection.forEachRow(sql, []) { texts.insert(PostgresText.read($0.string(0))) }
            return texts
        }
    }
}
