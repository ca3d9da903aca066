import GRDB
import HearthCore
import HearthStore

/// A processor's row in `hearth_processors`.
struct ProcessorRow {
    let id: Int64
    let holder: UniqueID?
    let expires: Int64
    let fence: Int64

    init?(_ name: String, in db: Database) throws {
        let query = try RawStatement(db, "SELECT id, holder, expires, fence FROM hearth_processors WHERE name = ?")
        defer { query.reset() }
        query.bind(1, name)
        guard try query.step() else { return nil }
        id = query.int64(0)
        holder = query.isNull(1) ? nil : try query.id(1)
        expires = query.int64(2)
        fence = query.int64(3)
    }

    /// The row of a processor, made when it is new.
    static func make(_ name: String, in db: Database) throws -> ProcessorRow {
        let insertion = try RawStatement(
            db, "INSERT INTO hearth_processors (name) VALUES (?) ON CONFLICT (name) DO NOTHING")
        insertion.bind(1, name)
        try insertion.run()
        guard let row = try ProcessorRow(name, in: db) else {
            throw HearthError(.storageFailed, "A processor was stored and is not there.", disposition: .defect)
        }
        return row
    }

    func holds(_ lease: ProcessorLease) -> Bool { holder == lease.holder && fence == lease.fence }

    static func run(of id: Int64, in db: Database) throws -> ProcessorRun? {
        let query = try RawStatement(
            db,
            """
            SELECT run_number, run_from, run_requested, run_stream, run_person, run_position, run_worked
            FROM hearth_processors WHERE id = ? AND run_from IS NOT NULL
            """)
        defer { query.reset() }
        query.bind(1, id)
        guard try query.step() else { return nil }
        var place: RunPlace?
        if !query.isNull(3), !query.isNull(4) {
            place = RunPlace(
                stream: query.string(3), person: try query.id(4),
                position: query.isNull(5) ? nil : ReadingPosition(text: query.string(5)))
        }
        return ProcessorRun(
            number: query.int64(0), from: Timestamp(microseconds: query.int64(1)),
            requestedAt: Timestamp(microseconds: query.int64(2)), place: place, worked: query.int(6))
    }
}
