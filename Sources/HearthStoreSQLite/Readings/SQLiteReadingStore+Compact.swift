import GRDB
package import HearthCore
package import HearthSchema
package import HearthStore

extension SQLiteReadingStore {
    /// Reading and compressing happen on a snapshot, so that the writer is held only while rows give way to chunks.
    package func compact(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> CompactionReport {
        var report = CompactionReport()
        guard stream.isHighRate else { return report }
        let layout = try layout(of: stream)
        let owners = try await file.read { try Owner.all(in: $0, stream: layout.stream) }
        for owner in owners {
            var compaction = Compaction(
                layout: layout, owner: owner, cutoff: cutoff.microseconds, chunkReadings: options.chunkReadings,
                chunks: chunks)
            var conflicts = 0
            while true {
                let current = compaction
                guard let piece = try await file.read({ try current.next($0) }) else { break }
                let isStored = try await store(piece, layout: layout)
                if isStored {
                    report.chunks += piece.chunks.count
                    report.readings += piece.rows.count
                    report.chunkBytes += piece.chunks.reduce(0) { $0 + $1.byteCount }
                    conflicts = 0
                } else {
                    // Readings of the piece were deleted meanwhile: look again.
                    conflicts += 1
                    if conflicts > 3 { break }
                    continue
                }
                compaction.from = piece.next
            }
        }
        return report
    }

    /// - Returns: false when the piece does not fit what is stored any more; then nothing changed.
    private func store(_ piece: Compaction.Piece, layout: TableLayout) async throws -> Bool {
        try await write { db, memory in
            var isCurrent = true
            try db.inSavepoint {
                let rows = try RawStatement(db, "DELETE FROM \(layout.table) WHERE seq = ?")
                let chunks = try RawStatement(db, "DELETE FROM hearth_chunks WHERE id = ?")
                for (statement, ids) in [(rows, piece.rows), (chunks, piece.replaced)] {
                    for id in ids {
                        statement.bind(1, id)
                        if try statement.run() != 1 { isCurrent = false }
                    }
                }
                guard isCurrent else { return .rollback }
                for chunk in piece.chunks { try chunk.insert(into: db) }
                return .commit
            }
            memory.chunkReach = [:]
            return isCurrent
        }
    }
}

/// Goes through the rows of one owner and turns closed hours into chunks, piece by piece.
struct Compaction: Sendable {
    /// What one step replaces by what.
    struct Piece: Sendable {
        /// seq of rows to delete.
        var rows: [Int64]
        /// ids of chunks to delete.
        var replaced: [Int64]
        var chunks: [EncodedChunk]
        /// Where to go on.
        var next: Int64
    }

    private static let hour: Int64 = 3_600_000_000

    let layout: TableLayout
    let owner: Owner
    let chunkReadings: Int
    let chunks: ChunkLoader
    /// Readings at or after it are not touched: the hour it lies in is not closed.
    private let end: Int64
    var from = Int64.min

    init(layout: TableLayout, owner: Owner, cutoff: Int64, chunkReadings: Int, chunks: ChunkLoader) {
        self.layout = layout
        // Each piece sees a newer snapshot, in which somebody else may have begun to use the device.
        var owner = owner
        owner.sharesDevice = true
        self.owner = owner
        self.chunkReadings = chunkReadings
        self.chunks = chunks
        end = cutoff.floorDivided(by: Self.hour) * Self.hour
    }

    /// The next piece, or nil when no row is left to compress.
    func next(_ db: Database) throws -> Piece? {
        var from = from
        while from < end, let first = try firstRow(db, from: from) {
            let hourEnd = min((first.floorDivided(by: Self.hour) + 1) * Self.hour, end)
            // Late rows go into the chunk that covers or follows them in their hour, so that chunks never overlap.
            var neighbour = try chunks.head(
                at: first, device: owner.device, person: owner.person, in: layout, db: db)
            if let found = neighbour, found.times.lowerBound >= hourEnd { neighbour = nil }
            let limit = min(hourEnd - 1, neighbour?.times.upperBound ?? .max)
            let (rows, isCut) = try readRows(db, first...limit)
            guard let last = rows.batch.heads.last?.timestamp.microseconds else {
                from = first + 1
                continue
            }
            if let found = neighbour, isCut, last < found.times.lowerBound { neighbour = nil }
            let hourStart = hourEnd - Self.hour
            if neighbour == nil, let before = try chunkBefore(first, db), before.times.upperBound >= hourStart,
                before.readings + rows.count <= chunkReadings
            {
                neighbour = before
            }
            var readings = rows
            if let neighbour {
                let old = try SequencedReadings(neighbour, of: owner, layout: layout, chunks: chunks, db: db)
                readings = .merged(old, rows, layout)
            }
            return Piece(
                rows: rows.sequences, replaced: neighbour.map { [$0.id] } ?? [],
                chunks: try readings.encoded(
                    limit: chunkReadings, owner: owner, layout: layout, coding: chunks.coding),
                next: last + 1)
        }
        return nil
    }

    private func firstRow(_ db: Database, from: Int64) throws -> Int64? {
        let query = try RawStatement(
            db,
            "SELECT ts FROM \(layout.table) WHERE device = ? AND ts >= ? AND ts < ? AND person = ? ORDER BY ts LIMIT 1")
        defer { query.reset() }
        query.bind(1, owner.device)
        query.bind(2, from)
        query.bind(3, end)
        query.bind(4, owner.person)
        return try query.step() ? query.int64(0) : nil
    }

    /// The last chunk that ends before `time`.
    private func chunkBefore(_ time: Int64, _ db: Database) throws -> ChunkHead? {
        let query = try RawStatement(
            db,
            """
            SELECT \(ChunkHead.columns) FROM hearth_chunks
            WHERE stream = ? AND device = ? AND person = ? AND last_ts < ? ORDER BY last_ts DESC LIMIT 1
            """)
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, owner.device)
        query.bind(3, owner.person)
        query.bind(4, time)
        return try query.step() ? ChunkHead(query) : nil
    }

    /// The rows of a span of time, cut at about a chunk's worth but never between rows of one time. So many rows of one
    /// time that no sensible chunk could hold them are left out and stay rows.
    private func readRows(_ db: Database, _ times: ClosedRange<Int64>) throws -> (SequencedReadings, isCut: Bool) {
        var readings = SequencedReadings(layout)
        let source = try RowSource(
            db: db, layout: layout, definition: layout.definition, wanted: Array(0..<layout.columnCount), owner: owner,
            span: ReadingSpan(times: times), order: .oldestFirst, lane: 0)
        guard let source else { return (readings, false) }
        defer { source.close() }
        var runStart = 0
        repeat {
            if let last = readings.batch.heads.last?.timestamp.microseconds, last != source.time {
                if readings.count >= chunkReadings { return (readings, true) }
                runStart = readings.count
            }
            if readings.count - runStart > chunkReadings * 8 {
                var kept = SequencedReadings(layout)
                for row in 0..<runStart {
                    kept.batch.append(row: row, of: readings.batch)
                    kept.sequences.append(readings.sequences[row])
                }
                return (kept, true)
            }
            source.appendCurrent(to: &readings.batch)
            readings.sequences.append(source.sequence)
        } while try source.advance()
        return (readings, false)
    }
}
