import HearthCore
import HearthSchema
import HearthStore

/// Deletes readings that processors made, and the links to them, within a transaction.
struct DerivedDeletion {
    /// A reading by numbers.
    struct Place: Hashable {
        var stream: Int32
        var device: Int32
        var time: Int64
        var digest: Int64
    }

    /// That a reading was made from another one.
    struct Link {
        var source: Place
        var processor: Int32
        var output: Place
        var fingerprint: Int64
        var person: Int32
    }

    private struct Lane: Hashable {
        var stream: Int32
        var person: Int32
        var device: Int32
        var period: Int64
    }

    private let connection: PostgresConnection
    private let tables: [Int32: StreamTable]
    private var counts: [Lane: (deleted: Int, named: Int, lastReceived: Int64)] = [:]
    private var locked: Set<Int32> = []
    /// Readings that are gone for good.
    private(set) var vanished = 0

    init(_ connection: PostgresConnection, tables: [Int32: StreamTable]) {
        self.connection = connection
        self.tables = tables
    }

    /// What was made from readings of one stream, by all processors.
    func links(from places: [Place]) throws -> [Link] {
        guard let stream = places.first?.stream else { return [] }
        let rows = try connection.execute(
            """
            SELECT l.device_id, l.source_ts, l.source_digest, l.processor, l.output_stream, l.output_ts, l.output_digest,
                l.fingerprint, l.person_id
            FROM unnest($2, $3, $4) AS u (d, t, g) JOIN hearth_derivations l ON l.source_stream = $1
                AND l.device_id = u.d AND l.source_ts = u.t AND l.source_digest = u.g
            """,
            [.int4(stream), .int4s(places.map(\.device)), .int8s(places.map(\.time)), .int8s(places.map(\.digest))])
        return try rows.map { row in
            let device = try row.int32(0)
            return Link(
                source: Place(stream: stream, device: device, time: try row.int64(1), digest: try row.int64(2)),
                processor: try row.int32(3),
                output: Place(
                    stream: try row.int32(4), device: device, time: try row.int64(5), digest: try row.int64(6)),
                fingerprint: try row.int64(7), person: try row.int32(8))
        }
    }

    /// Deletes an output that will be stored anew.
    mutating func remove(_ link: Link) throws {
        try unlink(link)
        _ = try removeReading(link.output, person: link.person)
    }

    /// Deletes an output, what was made from it, and what could not be made from it.
    mutating func removeWithConsequences(_ link: Link) throws {
        var waiting = [link]
        while let next = waiting.popLast() {
            try unlink(next)
            vanished += try removeReading(next.output, person: next.person)
            try connection.execute(
                "DELETE FROM hearth_dead_letters WHERE stream = $1 AND device_id = $2 AND ts = $3 AND digest = $4",
                values(next.output))
            waiting += try links(from: [next.output])
        }
    }

    /// Brings the counters of the streams up to date.
    func finish() throws {
        for (lane, count) in counts where count.deleted > 0 {
            let rows = try CountedRows.all(
                connection, stream: lane.stream,
                where: "c.device_id = $2 AND c.person_id = $3 AND c.period_start = $4",
                [.int4(lane.device), .int4(lane.person), .int8(lane.period)]
            ).first
            guard let rows else { continue }
            try RowDeletion(connection, stream: lane.stream).subtract(
                count.deleted, named: count.named, lastReceived: count.lastReceived, from: rows)
        }
    }

    private func unlink(_ link: Link) throws {
        try connection.execute(
            """
            DELETE FROM hearth_derivations WHERE source_stream = $1 AND device_id = $2 AND source_ts = $3
            AND source_digest = $4 AND processor = $5 AND output_stream = $6 AND output_digest = $7
            """,
            values(link.source) + [.int4(link.processor), .int4(link.output.stream), .int8(link.output.digest)])
    }

    /// - Returns: how many readings were deleted, 0 when it was deleted before, by retention or by a person.
    private mutating func removeReading(_ place: Place, person: Int32) throws -> Int {
        // A stream that is not installed any more has no table that anybody reads.
        guard let table = tables[place.stream] else { return 0 }
        if locked.insert(place.stream).inserted { _ = try RowDeletion(connection, stream: place.stream) }
        let deleted = try connection.execute(
            "DELETE FROM \(table.table) WHERE device_id = $1 AND ts = $2 AND digest = $3 RETURNING received, flags",
            [.int4(place.device), .int8(place.time), .int8(place.digest)])
        guard let row = deleted.first else { return 0 }
        try connection.execute(
            "DELETE FROM hearth_client_keys WHERE stream = $1 AND device_id = $2 AND ts = $3 AND digest = $4",
            values(place))
        let lane = Lane(
            stream: place.stream, person: person, device: place.device, period: table.periodStart(place.time))
        var count = counts[lane] ?? (0, 0, .min)
        count.deleted += 1
        let flags = ReadingFlags(rawValue: UInt8(truncatingIfNeeded: try row.int16(1)))
        count.named += flags.contains(.clientKeyed) ? 1 : 0
        count.lastReceived = max(count.lastReceived, try row.int64(0))
        counts[lane] = count
        return 1
    }

    private func values(_ place: Place) -> [PostgresValue] {
        [.int4(place.stream), .int4(place.device), .int8(place.time), .int8(place.digest)]
    }
}
