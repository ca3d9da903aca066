import HearthCore
import HearthSchema
import HearthStore

/// Which readings of each device a query wants beyond a position.
struct OwnerSpans {
    private let owners: [StreamOwner]
    private let spans: [ReadingSpan]

    /// Devices that have nothing in the query's time are left out.
    init(_ owners: [StreamOwner], _ query: ReadingQuery, after position: ReadingPosition?) {
        let all = owners.map { ($0, ReadingSpan(query, after: position, device: $0.deviceID)) }
        let chosen = all.filter { owner, span in
            !span.isEmpty && span.firstTime <= owner.times.upperBound && span.lastTime >= owner.times.lowerBound
        }
        self.owners = chosen.map(\.0)
        spans = chosen.map(\.1)
    }

    /// From the first to the last time that any reading wanted can have; nil when none is there.
    var bounds: ClosedRange<Int64>? {
        let bounds = zip(owners, spans).map { owner, span in
            (max(span.firstTime, owner.times.lowerBound), min(span.lastTime, owner.times.upperBound))
        }
        guard let first = bounds.map(\.0).min(), let last = bounds.map(\.1).max(), first <= last else { return nil }
        return first...last
    }

    /// The first `limit` readings in order of (time, device, digest): one part for each device, since only with the device
    /// given does the planner see that an index has its rows in this order already.
    func page(
        _ columns: String, of table: StreamTable, within bounds: ClosedRange<Int64>, order: ReadingQuery.Order,
        limit: Int
    ) -> (sql: String, values: [PostgresValue]) {
        let direction = order == .oldestFirst ? "ASC" : "DESC"
        var values: [PostgresValue] = [.int(limit)]
        func mark(_ value: PostgresValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        var parts: [String] = []
        for (rank, (owner, span)) in zip(owners, spans).enumerated() {
            let first = max(bounds.lowerBound, span.firstTime)
            let last = min(bounds.upperBound, span.lastTime)
            let (from, to) = (mark(.int8(first)), mark(.int8(last)))
            var sql = """
                SELECT \(columns), \(rank) AS rank FROM \(table.table)
                WHERE device_id = \(mark(.int4(owner.device))) AND person_id = \(mark(.int4(owner.person)))
                AND ts >= \(from) AND ts <= \(to)
                """
            if first == span.firstTime, span.afterDigest != ReadingSpan.everything.afterDigest {
                sql += " AND (ts > \(from) OR digest > \(mark(.int8(span.afterDigest))))"
            }
            if last == span.lastTime, span.beforeDigest != ReadingSpan.everything.beforeDigest {
                sql += " AND (ts < \(to) OR digest < \(mark(.int8(span.beforeDigest))))"
            }
            parts.append(sql + " ORDER BY ts \(direction), digest \(direction) LIMIT $1")
        }
        if parts.count == 1 { return (parts[0], values) }
        let all = parts.map { "(\($0))" }.joined(separator: " UNION ALL ")
        return (all + " ORDER BY ts \(direction), rank \(direction), digest \(direction) LIMIT $1", values)
    }

    /// The part of the bounds in which the first `limit` readings surely are, by what the counters say of each period; nil
    /// when that is all of it. Without it a query for the newest hundred would be planned over the partitions of years.
    func narrowed(
        _ connection: PostgresConnection, table: StreamTable, order: ReadingQuery.Order, limit: Int
    ) throws -> ClosedRange<Int64>? {
        guard let bounds, bounds.upperBound - bounds.lowerBound > 2 * table.period else { return nil }
        let isForward = order == .oldestFirst
        let rows = try connection.execute(
            """
            SELECT period_start, sum(readings)::bigint FROM hearth_counters
            WHERE stream = $1 AND device_id = ANY($2) AND person_id = $3 AND period_start > $4 - $6 AND period_start <= $5
            GROUP BY 1 ORDER BY 1 \(isForward ? "ASC" : "DESC")
            """,
            [
                .int4(table.stream), .int4s(owners.map(\.device)), .int4(owners.first?.person ?? 0),
                .int8(bounds.lowerBound), .int8(bounds.upperBound), .int8(table.period),
            ])
        var count = 0
        for row in 0..<rows.count {
            let start = try rows[row].int64(0)
            let end = start + table.period
            // Of a period that the bounds cut, nobody knows how many readings are inside them; nor where spans of
            // devices differ, at the edge of a position.
            if start <= bounds.lowerBound || end > bounds.upperBound { continue }
            count += try rows[row].int(1)
            if count >= limit {
                return isForward ? bounds.lowerBound...end - 1 : start...bounds.upperBound
            }
        }
        return nil
    }
}
