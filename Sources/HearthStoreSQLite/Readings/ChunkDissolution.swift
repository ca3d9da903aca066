import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// Turns compressed readings into rows again, within a transaction: cells of a chunk cannot be replaced. Readings keep their
/// seqs, so that cursors and their order stay.
struct ChunkDissolution {
    let layout: TableLayout
    let chunks: ChunkLoader
    let db: Database

    /// Dissolves every chunk that may hold a reading of `batch`.
    func run(_ batch: ReadingBatch) throws {
        var owners: [Owner]?
        for (device, heads) in Dictionary(grouping: batch.heads, by: \.device) {
            let times = heads.map(\.timestamp.microseconds)
            guard let first = times.min(), let last = times.max() else { continue }
            for head in try found(device, first...last) {
                let known = try owners ?? Owner.all(in: db, stream: layout.stream)
                owners = known
                guard let owner = known.first(where: { $0.device == head.device && $0.person == head.person }) else {
                    throw HearthError(
                        .storageFailed, "A chunk of the stream \(layout.name) belongs to nobody.", disposition: .defect)
                }
                try insert(try SequencedReadings(head, of: owner, layout: layout, chunks: chunks, db: db), owner)
                try db.execute(sql: "DELETE FROM hearth_chunks WHERE id = ?", arguments: [head.id])
            }
        }
    }

    private func found(_ device: UniqueID, _ times: ClosedRange<Int64>) throws -> [ChunkHead] {
        let query = try RawStatement(
            db,
            """
            SELECT \(ChunkHead.columns) FROM hearth_chunks WHERE stream = ?1
            AND device = (SELECT id FROM hearth_devices WHERE uuid = ?2) AND last_ts >= ?3 AND first_ts <= ?4
            """)
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, device)
        query.bind(3, times.lowerBound)
        query.bind(4, times.upperBound)
        var heads: [ChunkHead] = []
        while try query.step() { heads.append(ChunkHead(query)) }
        return heads
    }

    private func insert(_ readings: SequencedReadings, _ owner: Owner) throws {
        let batch = readings.batch
        var names = TableLayout.headColumns.joined(separator: ", ")
        for column in 0..<batch.width { names += ", " + TableLayout.column(column, of: layout.definition) }
        let marks = repeatElement("?", count: TableLayout.headColumns.count + batch.width).joined(separator: ", ")
        let insertion = try RawStatement(db, "INSERT INTO \(layout.table) (\(names)) VALUES (\(marks))")
        defer { insertion.clear() }
        for (row, head) in batch.heads.enumerated() {
            insertion.bind(1, readings.sequences[row])
            insertion.bind(2, owner.person)
            insertion.bind(3, owner.device)
            insertion.bind(4, head.timestamp.microseconds)
            insertion.bind(5, Int64(bitPattern: head.digest))
            insertion.bind(6, head.received.microseconds)
            insertion.bind(7, Int64(head.flags.rawValue))
            for column in 0..<batch.width { insertion.bind(Int32(8 + column), batch[row, column], of: batch) }
            try insertion.run()
        }
    }
}

extension RawStatement {
    /// Binds a cell with a copy of its text.
    func bind(_ index: Int32, _ cell: Cell, of batch: ReadingBatch) {
        switch cell {
        case .null: bindNull(index)
        case .integer(let value): bind(index, value)
        case .real(let value): bind(index, value)
        case .text(let offset, let length):
            let text = batch.text[Int(offset)..<Int(offset) + Int(length)]
            bind(index, String(decoding: text, as: UTF8.self))
        }
    }
}
