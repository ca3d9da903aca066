import HearthCore
import HearthSchema
import HearthStore

/// A processor's row in `hearth_processors`.
struct ProcessorRow {
    let id: Int32
    let holder: UniqueID?
    let expires: Int64
    let fence: Int64

    /// How the row is taken.
    enum Lock: String {
        case none = ""
        /// Until the transaction ends.
        case waiting = " FOR UPDATE"
        /// The same, but a row that another transaction has is as if it were not there.
        case skipping = " FOR UPDATE SKIP LOCKED"
    }

    init?(_ name: String, _ connection: PostgresConnection, lock: Lock = .none) throws {
        let sql = "SELECT id, holder, expires, fence FROM hearth_processors WHERE name = $1" + lock.rawValue
        guard let row = try connection.execute(sql, [.text(name)]).first else { return nil }
        id = try row.int32(0)
        holder = try row.optional(1) { try row.id(1) }
        expires = try row.int64(2)
        fence = try row.int64(3)
    }

    /// Makes the row of a processor that is new.
    static func make(_ name: String, _ connection: PostgresConnection) throws {
        try connection.execute(
            "INSERT INTO hearth_processors (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", [.text(name)])
    }

    func holds(_ lease: ProcessorLease) -> Bool { holder == lease.holder && fence == lease.fence }

    static func run(of id: Int32, _ connection: PostgresConnection) throws -> ProcessorRun? {
        let rows = try connection.execute(
            """
            SELECT run_number, run_from, run_requested, run_stream, run_person, run_position, run_worked
            FROM hearth_processors WHERE id = $1 AND run_from IS NOT NULL
            """, [.int4(id)])
        guard let row = rows.first else { return nil }
        var place: RunPlace?
        if !row.isNull(3), !row.isNull(4) {
            place = RunPlace(
                stream: row.string(3), person: try row.id(4),
                position: row.isNull(5) ? nil : ReadingPosition(text: row.string(5)))
        }
        return ProcessorRun(
            number: try row.int64(0), from: try row.time(1), requestedAt: try row.time(2), place: place,
            worked: try row.int(6))
    }
}
