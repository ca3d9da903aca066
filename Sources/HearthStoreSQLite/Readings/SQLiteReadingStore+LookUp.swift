import GRDB
package import HearthCore
import HearthSchema
package import HearthStore

extension SQLiteReadingStore {
    /// Readings of a chunk that are looked at together.
    private static let lookUpBatch = 1024

    package func newest(_ query: ReadingQuery, with text: String, in column: Int) async throws -> ReadingBatch? {
        let layout = try layout(of: query.stream)
        try query.stream.requireIndexedText(column)
        return try await file.read { [chunks] db in
            guard ColumnMap(of: query.stream, in: layout.definition).sources[column] != nil else { return nil }
            var newest: ReadingBatch?
            for owner in try Owner.all(in: db, stream: layout.stream, person: query.person, devices: query.devices) {
                var span = ReadingSpan(query, after: nil, device: owner.deviceID)
                if span.isEmpty || span.firstTime > owner.times.upperBound || span.lastTime < owner.times.lowerBound {
                    continue
                }
                var found = try Self.newestRow(of: owner, query, layout, span, text, column, db)
                // What is older than a row that was found does not count.
                if let row = found?.heads.first { span.firstTime = row.timestamp.microseconds }
                let compressed = try ChunkSource(
                    db: db, layout: layout, definition: query.stream, wanted: Array(0..<query.stream.columnCount),
                    owner: owner, span: span, order: .newestFirst, lane: 0, chunks: chunks)
                if let compressed {
                    found = Self.later(found, try Self.first(in: compressed, query.stream, text, column))
                }
                newest = Self.later(newest, found)
            }
            return newest
        }
    }

    /// The one with the higher position.
    private static func later(_ left: ReadingBatch?, _ right: ReadingBatch?) -> ReadingBatch? {
        guard let first = left?.heads.first, let second = right?.heads.first else { return left ?? right }
        return ReadingPosition(first) < ReadingPosition(second) ? right : left
    }

    private static func newestRow(
        of owner: Owner, _ query: ReadingQuery, _ layout: TableLayout, _ span: ReadingSpan, _ text: String,
        _ column: Int, _ db: Database
    ) throws -> ReadingBatch? {
        let name = TableLayout.column(column, of: query.stream)
        let place = try RawStatement(
            db,
            """
            SELECT ts, digest FROM \(layout.table)
            WHERE person = ?1 AND \(name) = ?2 AND ts >= ?3 AND ts <= ?4 AND +device = ?5
            ORDER BY ts DESC, digest DESC LIMIT 1
            """)
        defer { place.clear() }
        place.bind(1, owner.person)
        // Not through GRDB: it ends a text at its first zero.
        place.bind(2, text)
        place.bind(3, span.firstTime)
        place.bind(4, span.lastTime)
        place.bind(5, owner.device)
        guard try place.step() else { return nil }
        let (time, digest) = (place.int64(0), place.int64(1))
        var one = ReadingSpan(times: time...time)
        (one.afterDigest, one.beforeDigest) = (digest - 1, digest + 1)
        let row = try RowSource(
            db: db, layout: layout, definition: query.stream, wanted: Array(0..<query.stream.columnCount), owner: owner,
            span: one, order: .newestFirst, lane: 0)
        defer { row?.close() }
        guard let row else { return nil }
        var batch = ReadingBatch(stream: query.stream)
        _ = try row.append(to: &batch, limit: 1, before: nil)
        return batch
    }

    /// The first reading of a source with this text.
    private static func first(
        in source: ChunkSource, _ stream: StreamDefinition, _ text: String, _ column: Int
    ) throws -> ReadingBatch? {
        defer { source.close() }
        var goesOn = true
        while goesOn {
            var part = ReadingBatch(stream: stream)
            goesOn = try source.append(to: &part, limit: lookUpBatch, before: nil)
            if let row = (0..<part.count).first(where: { part.string(part[$0, column]) == text }) {
                var found = ReadingBatch(stream: stream)
                found.append(row: row, of: part)
                return found
            }
        }
        return nil
    }
}
