import GRDB
import HearthCore
import HearthSchema
import HearthStore
import Synchronization

/// A chunk without its bytes.
struct ChunkHead: Sendable {
    var id: Int64
    var device: Int64
    var person: Int64
    var times: ClosedRange<Int64>
    var sequences: ClosedRange<Int64>
    var readings: Int
    var firstReceived: Int64
    var generation: Int64

    /// The columns that `init(_:)` reads, in its order.
    static let columns = """
        id, device, person, first_ts, last_ts, first_seq, last_seq, readings, first_received, generation
        """

    init(_ row: RawStatement) {
        id = row.int64(0)
        device = row.int64(1)
        person = row.int64(2)
        times = row.int64(3)...max(row.int64(3), row.int64(4))
        sequences = row.int64(5)...max(row.int64(5), row.int64(6))
        readings = row.int(7)
        firstReceived = row.int64(8)
        generation = row.int64(9)
    }
}

/// Finds chunks and decodes them.
final class ChunkLoader: Sendable {
    private struct GenerationKey: Hashable {
        var stream: Int64
        var generation: Int64
    }

    let coding: ChunkCoding
    private let cache: ChunkCache
    private let definitions = Mutex<[GenerationKey: StreamDefinition]>([:])

    init(digest: ReadingDigest, cacheBytes: Int) {
        coding = ChunkCoding(digest: digest)
        cache = ChunkCache(limit: cacheBytes)
    }

    func forgetAll() { cache.removeAll() }

    /// The definition under which a chunk was written.
    func definition(_ generation: Int64, of layout: TableLayout, db: Database) throws -> StreamDefinition {
        if generation == layout.generation { return layout.definition }
        let key = GenerationKey(stream: layout.stream, generation: generation)
        if let known = definitions.withLock({ $0[key] }) { return known }
        let source = try String.fetchOne(
            db, sql: "SELECT source FROM hearth_definitions WHERE stream = ? AND generation = ?",
            arguments: [layout.stream, generation])
        guard let source else {
            throw HearthError(
                .storageFailed, "The definition of a chunk of the stream \(layout.name) is missing.",
                disposition: .defect)
        }
        let definition = try SQLiteReadingStore.stored(source, of: layout.name)
        definitions.withLock { $0[key] = definition }
        return definition
    }

    /// - Parameter wanted: Columns of the chunk's own definition, or nil for everything.
    func load(
        _ head: ChunkHead, of layout: TableLayout, db: Database, wanted: Set<Int>? = nil
    ) throws -> ReadingColumns {
        if let cached = cache[head.id] { return cached }
        let definition = try definition(head.generation, of: layout, db: db)
        let query = try RawStatement(
            db,
            """
            SELECT c.data, c.encoding, d.uuid FROM hearth_chunks c JOIN hearth_devices d ON d.id = c.device
            WHERE c.id = ?
            """)
        defer { query.reset() }
        query.bind(1, head.id)
        guard try query.step() else { throw damaged(head, of: layout, "it is gone") }
        guard query.int64(1) == ChunkCoding.encoding else {
            throw damaged(head, of: layout, "its format \(query.int64(1)) is unknown")
        }
        let place = ChunkCoding.Place(
            stream: layout.stream, device: head.device, person: head.person, firstTime: head.times.lowerBound,
            readings: head.readings, generation: head.generation)
        do {
            let columns = try coding.decode(
                query.bytes(0), place: place, definition: definition, device: query.id(2), wanted: wanted)
            // A part of a chunk is read once, by a scan that would drive everything else out.
            if wanted == nil { cache.insert(columns, id: head.id) }
            return columns
        } catch let damage as ChunkDamage {
            throw damaged(head, of: layout, damage.description)
        }
    }

    private func damaged(_ head: ChunkHead, of layout: TableLayout, _ reason: String) -> HearthError {
        let first = Timestamp(microseconds: head.times.lowerBound)
        let last = Timestamp(microseconds: head.times.upperBound)
        return HearthError(
            .storageFailed,
            "Chunk \(head.id) of the stream \(layout.name), \(first) to \(last), is damaged: \(reason).",
            hint: "Restore the database from the last backup.", disposition: .defect)
    }

    /// The first chunk that ends at `time` or later; chunks of a device do not overlap.
    func head(
        at time: Int64, device: Int64, person: Int64, in layout: TableLayout, db: Database
    ) throws -> ChunkHead? {
        let query = try RawStatement(
            db,
            """
            SELECT \(ChunkHead.columns) FROM hearth_chunks
            WHERE stream = ? AND device = ? AND person = ? AND last_ts >= ? ORDER BY last_ts LIMIT 1
            """)
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, device)
        query.bind(3, person)
        query.bind(4, time)
        return try query.step() ? ChunkHead(query) : nil
    }

    func forEachText(
        of stream: StreamDefinition, column: Int, in layout: TableLayout, db: Database, _ body: (String) -> Void
    ) throws {
        let query = try RawStatement(
            db, "SELECT \(ChunkHead.columns) FROM hearth_chunks WHERE stream = ? -- texts")
        defer { query.reset() }
        query.bind(1, layout.stream)
        while try query.step() {
            let head = ChunkHead(query)
            let written = try definition(head.generation, of: layout, db: db)
            guard let source = ColumnMap(of: stream, in: written).sources[column] else { continue }
            let columns = try load(head, of: layout, db: db, wanted: [source])
            for row in 0..<columns.count {
                if let text = columns.text(source, row: row) { body(text) }
            }
        }
    }
}
