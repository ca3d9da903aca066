import HearthCore
import HearthSchema
package import HearthStore

extension PostgresReadingStore {
    /// Readings are folded here, not in the server: its sums neither compensate for rounding nor survive extremes, and equal
    /// data must give equal results on every back end.
    package func aggregate(
        _ query: ReadingQuery, _ aggregation: Aggregation
    ) async throws -> [AggregationBucket] {
        let table = try table(of: query.stream)
        return try await pool.read { connection in
            var aggregator = try Aggregator(aggregation)
            let owners = try StreamOwner.all(
                connection, stream: table.stream, person: query.person, devices: query.devices)
            let columns = Self.numericColumns(aggregation.columns, of: query.stream, in: table)
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: max(columns.count, 1)) { values in
                for owner in owners {
                    guard let bounds = OwnerSpans([owner], query, after: nil).bounds else { continue }
                    // Numbers only, so there is nothing to quote.
                    let rows = """
                        SELECT \((["ts"] + columns).joined(separator: ", ")) FROM \(table.table)
                        WHERE device_id = \(owner.device) AND person_id = \(owner.person)
                        AND ts >= \(bounds.lowerBound) AND ts <= \(bounds.upperBound) ORDER BY ts, digest
                        """
                    try connection.copyOut("COPY (\(rows)) TO STDOUT (FORMAT binary)") { row in
                        let time = try row.int64()
                        for index in columns.indices { values[index] = try row.double() }
                        aggregator.add(time, UnsafeBufferPointer(values))
                    }
                }
            }
            return aggregator.result()
        }
    }

    /// As doubles, null where there is no number.
    private static func numericColumns(
        _ columns: [Int], of stream: StreamDefinition, in table: StreamTable
    ) -> [String] {
        let held = ColumnMap(of: stream, in: table.definition).sources
        let types = StreamTable.types(of: stream)
        return columns.map { column in
            let name = StreamTable.column(column, of: stream)
            guard held[column] != nil else { return "NULL::float8" }
            return switch types[column] {
            case .real: name
            case .integer: "\(name)::float8"
            case .boolean: "\(name)::int::float8"
            case .text, .json: "NULL::float8"
            }
        }
    }
}
