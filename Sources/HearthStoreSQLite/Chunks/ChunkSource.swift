import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// Readings of one device from its chunks, which are decoded one after another.
final class ChunkSource: ReadingSource {
    private let db: Database
    private let layout: TableLayout
    private let definition: StreamDefinition
    private let wanted: [Int]
    private let types: [StreamDefinition.FieldType]
    private let owner: Owner
    private let span: ReadingSpan
    private let isReversed: Bool
    private let chunks: ChunkLoader
    /// Whether all columns are wanted; then digests come with them.
    private let isWhole: Bool

    private let heads: RawStatement
    private var isOpen = true
    private var head: ChunkHead?
    private var columns = ReadingColumns(times: [], sequences: [], received: [], flags: [], columns: [])
    /// By wanted column its place in the chunk.
    private var sources: [Int?] = []
    private var row = 0
    /// Where the rows of this chunk end: one beyond the last, or before the first when reversed.
    private var end = 0
    private(set) var time: Int64 = 0

    /// Parameters as for `RowSource`.
    init?(
        db: Database, layout: TableLayout, definition: StreamDefinition, wanted: [Int], owner: Owner, span: ReadingSpan,
        order: ReadingQuery.Order, lane: Int, chunks: ChunkLoader
    ) throws {
        self.db = db
        self.layout = layout
        self.definition = definition
        self.wanted = wanted
        self.owner = owner
        self.span = span
        self.chunks = chunks
        isReversed = order == .newestFirst
        isWhole = wanted.count == definition.columnCount
        types = wanted.map { $0 < definition.fields.count ? definition.fields[$0].type : .json }
        var sql = """
            SELECT \(ChunkHead.columns) FROM hearth_chunks
            WHERE stream = ? AND device = ? AND person = ? AND last_ts >= ? AND last_ts <= ? ORDER BY last_ts
            """
        // One statement serves one source at a time.
        sql += isReversed ? " DESC -- \(lane)" : " -- \(lane)"
        heads = try RawStatement(db, sql)
        heads.bind(1, layout.stream)
        heads.bind(2, owner.device)
        heads.bind(3, owner.person)
        heads.bind(4, span.firstTime)
        // Chunks do not overlap, so at most one that ends beyond the span can begin within it.
        let beyond = try chunks.head(
            at: span.lastTime, device: owner.device, person: owner.person, in: layout, db: db)
        heads.bind(5, beyond?.times.upperBound ?? .max)
        guard try nextChunk() else {
            heads.reset()
            return nil
        }
    }

    private func nextChunk() throws -> Bool {
        while try heads.step() {
            let next = ChunkHead(heads)
            if next.times.lowerBound > span.lastTime || next.times.upperBound < span.firstTime { continue }
            head = next
            let written = try chunks.definition(next.generation, of: layout, db: db)
            let map = ColumnMap(of: definition, in: written)
            sources = wanted.map { map.sources[$0] }
            columns = try chunks.load(
                next, of: layout, db: db, wanted: isWhole ? nil : Set(sources.compactMap { $0 }))
            let bounds = try rows(within: next)
            if bounds.isEmpty { continue }
            row = isReversed ? bounds.upperBound - 1 : bounds.lowerBound
            end = isReversed ? bounds.lowerBound - 1 : bounds.upperBound
            time = columns.times[row]
            return true
        }
        return false
    }

    private func rows(within head: ChunkHead) throws -> Range<Int> {
        let isInside = head.times.lowerBound > span.firstTime && head.times.upperBound < span.lastTime
        if isInside { return 0..<columns.count }
        if columns.digests.isEmpty, span.afterDigest != -1 || span.beforeDigest != .max { try loadWhole() }
        var low = columns.times.firstIndex { $0 >= span.firstTime } ?? columns.count
        while low < columns.count, columns.times[low] == span.firstTime, span.afterDigest != -1,
            columns.digests[low] <= span.afterDigest
        {
            low += 1
        }
        var high = (columns.times.lastIndex { $0 <= span.lastTime } ?? -1) + 1
        while high > 0, columns.times[high - 1] == span.lastTime, span.beforeDigest != .max,
            columns.digests[high - 1] >= span.beforeDigest
        {
            high -= 1
        }
        return low..<max(low, high)
    }

    /// A chunk decoded for a few columns has no digests; where they decide the order, all of it is needed.
    private func loadWhole() throws {
        if let head { columns = try chunks.load(head, of: layout, db: db) }
    }

    func digest() throws -> Int64 {
        if columns.digests.isEmpty { try loadWhole() }
        return columns.digests[row]
    }

    func advance() throws -> Bool {
        row += isReversed ? -1 : 1
        if row == end { return try nextChunk() }
        time = columns.times[row]
        return true
    }

    func append(to batch: inout ReadingBatch, limit: Int, before rival: Int64?) throws -> Bool {
        if columns.digests.isEmpty { try loadWhole() }
        let step = isReversed ? -1 : 1
        var count = min(limit, (end - row) * step)
        if let rival {
            var run = 1
            while run < count, (columns.times[row + run * step] < rival) != isReversed,
                columns.times[row + run * step] != rival
            {
                run += 1
            }
            count = run
        }
        columns.append(
            row, step: step, count: count, sources: sources, person: owner.personID, device: owner.deviceID, to: &batch)
        row += count * step
        if row == end { return try nextChunk() }
        time = columns.times[row]
        return true
    }

    func values(into values: UnsafeMutableBufferPointer<Double>) {
        for index in 0..<sources.count {
            let type = types[index]
            values[index] = type == .text || type == .json ? .nan : columns.number(sources[index], row: row)
        }
    }

    func close() {
        if isOpen { heads.reset() }
        isOpen = false
    }
}
