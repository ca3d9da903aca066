import GRDB
import HearthCore
import HearthStore

/// Counts what lies beyond a seq, in rows and in chunks.
struct BacklogCount {
    let db: Database
    let layout: TableLayout
    let after: Int64
    let chunks: ChunkLoader

    func run(limit: Int) throws -> Backlog {
        var backlog = Backlog(count: 0)
        let rows = try RawStatement(
            db,
            """
            SELECT count(*), (SELECT received FROM \(layout.table) WHERE seq > ?1 ORDER BY seq LIMIT 1)
            FROM (SELECT 1 FROM \(layout.table) WHERE seq > ?1 LIMIT ?2)
            """)
        defer { rows.reset() }
        rows.bind(1, after)
        rows.bind(2, max(limit, 0))
        if try rows.step() {
            backlog.count = rows.int(0)
            if !rows.isNull(1) { backlog.oldest = Timestamp(microseconds: rows.int64(1)) }
        }
        try addChunks(to: &backlog, limit: limit)
        return backlog
    }

    private func addChunks(to backlog: inout Backlog, limit: Int) throws {
        let query = try RawStatement(
            db, "SELECT \(ChunkHead.columns) FROM hearth_chunks WHERE stream = ? AND last_seq > ?")
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, after)
        while backlog.count < limit, try query.step() {
            let columns = try chunks.load(ChunkHead(query), of: layout, db: db)
            for row in 0..<columns.count where columns.sequences[row] > after {
                backlog.count += 1
                let received = Timestamp(microseconds: columns.received[row])
                backlog.oldest = min(received, backlog.oldest ?? received)
            }
        }
        backlog.count = min(backlog.count, limit)
    }
}
