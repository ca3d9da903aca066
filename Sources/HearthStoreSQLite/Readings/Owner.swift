import GRDB
import HearthCore
import HearthStore

/// A device of a person that has readings in a stream, by number and by id.
struct Owner: Sendable {
    var person: Int64
    var personID: UniqueID
    var device: Int64
    var deviceID: UniqueID
    /// Between the first and the last of its readings, in microseconds since 1970.
    var times: ClosedRange<Int64>
    /// Whether the device has readings of other people too.
    var sharesDevice: Bool

    /// The devices of a stream, of one person or of all, in order of device id.
    static func all(
        in db: Database, stream: Int64, person: UniqueID? = nil, devices: [UniqueID]? = nil
    ) throws -> [Owner] {
        var sql = """
            SELECT c.person, p.uuid, c.device, d.uuid, c.first_ts, c.last_ts,
            EXISTS (SELECT 1 FROM hearth_counters o
                WHERE o.stream = c.stream AND o.device = c.device AND o.person <> c.person)
            FROM hearth_counters c
            JOIN hearth_people p ON p.id = c.person JOIN hearth_devices d ON d.id = c.device WHERE c.stream = ?1
            """
        if person != nil { sql += " AND c.person = (SELECT id FROM hearth_people WHERE uuid = ?2)" }
        sql += " ORDER BY d.uuid, p.uuid"
        let query = try RawStatement(db, sql)
        defer { query.reset() }
        query.bind(1, stream)
        if let person { query.bind(2, person) }
        let chosen = devices.map(Set.init)
        var owners: [Owner] = []
        while try query.step() {
            let device = try query.id(3)
            if let chosen, !chosen.contains(device) { continue }
            let (first, last) = (query.int64(4), query.int64(5))
            owners.append(
                Owner(
                    person: query.int64(0), personID: try query.id(1), device: query.int64(2), deviceID: device,
                    times: first...max(first, last), sharesDevice: query.int64(6) != 0))
        }
        return owners
    }
}
