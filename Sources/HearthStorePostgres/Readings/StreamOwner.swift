import HearthCore
import HearthSchema
import HearthStore

/// A device of a person that has readings in a stream, by number and by id.
struct StreamOwner: Sendable {
    var person: Int32
    var device: Int32
    var deviceID: UniqueID
    /// Between the first and the last of its readings, in microseconds since 1970.
    var times: ClosedRange<Int64>

    /// The devices of a person in a stream, in order of device id.
    static func all(
        _ connection: PostgresConnection, stream: Int32, person: UniqueID, devices: [UniqueID]?
    ) throws -> [StreamOwner] {
        let rows = try connection.execute(
            """
            SELECT c.person_id, c.device_id, d.uuid, min(c.first_ts), max(c.last_ts) FROM hearth_counters c
            JOIN hearth_person_numbers p ON p.id = c.person_id JOIN hearth_device_numbers d ON d.id = c.device_id
            WHERE c.stream = $1 AND p.uuid = $2 AND ($3 IS NULL OR d.uuid = ANY($3))
            GROUP BY c.person_id, c.device_id, d.uuid ORDER BY d.uuid
            """,
            [.int4(stream), .uuid(person), devices.map { .uuids($0) } ?? .null(.uuids)])
        return try rows.map { row in
            let (first, last) = (try row.int64(3), try row.int64(4))
            return StreamOwner(
                person: try row.int32(0), device: try row.int32(1), deviceID: try row.id(2),
                times: first...max(first, last))
        }
    }
}
