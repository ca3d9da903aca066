import GRDB
import HearthCore
package import HearthSchema
package import HearthStore

extension SQLiteReadingStore {
    package func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> (batch: ReadingBatch, cursor: ReadingCursor?) {
        let layout = try layout(of: stream)
        let after = try Self.sequence(of: cursor)
        let (batch, last) = try await file.read { [chunks] db in
            var scan = try ChangeScan(db: db, layout: layout, definition: stream, after: after, chunks: chunks)
            return try scan.run(limit: limit)
        }
        return (batch, last.map { ReadingCursor(text: String($0)) } ?? cursor)
    }

    package func end(of stream: StreamDefinition) async throws -> ReadingCursor? {
        let layout = try layout(of: stream)
        return try await file.read { db in
            let query = try RawStatement(
                db,
                """
                SELECT max(ifnull((SELECT max(seq) FROM \(layout.table)), 0),
                ifnull((SELECT max(last_seq) FROM hearth_chunks WHERE stream = ?), 0))
                """)
            defer { query.reset() }
            query.bind(1, layout.stream)
            guard try query.step(), query.int64(0) > 0 else { return nil }
            return ReadingCursor(text: String(query.int64(0)))
        }
    }
}

/// Reads rows and chunks together in order of seq.
struct ChangeScan {
    /// A chunk that is being read.
    private struct Lane {
        var columns: ReadingColumns
        /// Its rows beyond the cursor in order of seq.
        var rows: [Int]
        var next = 0
        var sources: [Int?]
        var person: UniqueID
        var device: UniqueID

        var sequence: Int64 { columns.sequences[rows[next]] }
    }

    private let db: Database
    private let layout: TableLayout
    private let definition: StreamDefinition
    private let types: [StreamDefinition.FieldType]
    private let after: Int64
    private let chunks: ChunkLoader
    private var people: [Int64: UniqueID] = [:]
    private var devices: [Int64: UniqueID] = [:]

    init(
        db: Database, layout: TableLayout, definition: StreamDefinition, after: Int64, chunks: ChunkLoader
    ) throws {
        self.db = db
        self.layout = layout
        self.definition = definition
        self.after = after
        self.chunks = chunks
        types = definition.fields.map(\.type) + (definition.allowsExtra ? [.json] : [])
    }

    /// - Returns: the rows and the seq of the last of them.
    mutating func run(limit: Int) throws -> (ReadingBatch, Int64?) {
        var batch = ReadingBatch(stream: definition)
        var reached: Int64?
        guard limit > 0 else { return (batch, nil) }
        let (rows, rowTypes) = try rowQuery(limit: limit)
        defer { rows.reset() }
        var row = try rows.step() ? rows.int64(0) : nil
        let heads = try RawStatement(
            db,
            """
            SELECT \(ChunkHead.columns) FROM hearth_chunks WHERE stream = ? AND last_seq > ? ORDER BY first_seq
            """)
        defer { heads.reset() }
        heads.bind(1, layout.stream)
        heads.bind(2, after)
        var head = try heads.step() ? ChunkHead(heads) : nil
        var lanes: [Lane] = []
        while batch.count < limit {
            var best = lanes.indices.min { lanes[$0].sequence < lanes[$1].sequence }
            // Chunks are opened when their lowest seq may be the next.
            while let found = head,
                found.sequences.lowerBound <= min(row ?? .max, best.map { lanes[$0].sequence } ?? .max)
            {
                if let lane = try lane(found) { lanes.append(lane) }
                head = try heads.step() ? ChunkHead(heads) : nil
                best = lanes.indices.min { lanes[$0].sequence < lanes[$1].sequence }
            }
            if let best, lanes[best].sequence < row ?? .max {
                reached = lanes[best].sequence
                append(lanes[best], to: &batch)
                lanes[best].next += 1
                if lanes[best].next == lanes[best].rows.count { lanes.remove(at: best) }
            } else if let sequence = row {
                reached = sequence
                try append(rows, rowTypes, to: &batch)
                row = try rows.step() ? rows.int64(0) : nil
            } else {
                break
            }
        }
        return (batch, reached)
    }

    private func rowQuery(limit: Int) throws -> (RawStatement, [StreamDefinition.FieldType?]) {
        let held = ColumnMap(of: definition, in: layout.definition).sources
        var sql = "SELECT " + TableLayout.headColumns.joined(separator: ", ")
        for column in 0..<definition.columnCount {
            sql += ", " + (held[column] == nil ? "NULL" : TableLayout.column(column, of: definition))
        }
        sql += " FROM \(layout.table) WHERE seq > ? ORDER BY seq LIMIT ?"
        let query = try RawStatement(db, sql)
        query.bind(1, after)
        query.bind(2, limit)
        return (query, zip(types, held).map { $1 == nil ? nil : $0 })
    }

    private mutating func lane(_ head: ChunkHead) throws -> Lane? {
        let columns = try chunks.load(head, of: layout, db: db)
        let sequences = columns.sequences
        var rows = (0..<columns.count).filter { sequences[$0] > after }
        if rows.isEmpty { return nil }
        rows.sort { sequences[$0] < sequences[$1] }
        let written = try chunks.definition(head.generation, of: layout, db: db)
        return Lane(
            columns: columns, rows: rows, sources: ColumnMap(of: definition, in: written).sources,
            person: try person(head.person), device: try device(head.device))
    }

    private func append(_ lane: Lane, to batch: inout ReadingBatch) {
        lane.columns.append(
            lane.rows[lane.next], count: 1, sources: lane.sources, person: lane.person, device: lane.device, to: &batch)
    }

    private mutating func append(
        _ rows: RawStatement, _ rowTypes: [StreamDefinition.FieldType?], to batch: inout ReadingBatch
    ) throws {
        batch.heads.append(
            ReadingHead(
                person: try person(rows.int64(1)), device: try device(rows.int64(2)),
                timestamp: Timestamp(microseconds: rows.int64(3)), digest: UInt64(bitPattern: rows.int64(4)),
                received: Timestamp(microseconds: rows.int64(5)),
                flags: ReadingFlags(rawValue: UInt8(truncatingIfNeeded: rows.int64(6)))))
        rows.appendCells(rowTypes, from: Int32(TableLayout.headColumns.count), to: &batch)
    }

    private mutating func person(_ number: Int64) throws -> UniqueID {
        if let known = people[number] { return known }
        let id = try Self.id(number, in: "hearth_people", db)
        people[number] = id
        return id
    }

    private mutating func device(_ number: Int64) throws -> UniqueID {
        if let known = devices[number] { return known }
        let id = try Self.id(number, in: "hearth_devices", db)
        devices[number] = id
        return id
    }

    private static func id(_ number: Int64, in table: String, _ db: Database) throws -> UniqueID {
        let query = try RawStatement(db, "SELECT uuid FROM \(table) WHERE id = ?")
        defer { query.reset() }
        query.bind(1, number)
        guard try query.step() else {
            throw HearthError(.storageFailed, "A number in \(table) is missing.", disposition: .defect)
        }
        return try query.id(0)
    }
}
