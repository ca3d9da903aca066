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

    /// As arguments: devices, first times, digests after which, last times, digests before which.
    var arrays: [PostgresValue] {
        [
            .int4s(owners.map(\.device)), .int8s(spans.map(\.firstTime)), .int8s(spans.map(\.afterDigest)),
            .int8s(spans.map(\.lastTime)), .int8s(spans.map(\.beforeDigest)),
        ]
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
