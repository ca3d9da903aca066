import GRDB
import HearthCore
import HearthStore

/// A chunk ready to be stored.
struct EncodedChunk: Sendable {
    private var place: ChunkCoding.Place
    private var lastTime: Int64
    private var sequences: ClosedRange<Int64>
    private var received: ClosedRange<Int64>
    private var data: [UInt8]

    var readings: Int { place.readings }
    var byteCount: Int { data.count }

    /// - Parameters:
    ///   - batch: Readings of one owner in order of (time, digest), with the layout's definition.
    ///   - sequences: The seq of each.
    /// - Returns: nil for no readings.
    init?(
        _ batch: ReadingBatch, sequences: [Int64], owner: (person: Int64, device: Int64), layout: TableLayout,
        coding: ChunkCoding
    ) throws {
        let received = batch.heads.map(\.received.microseconds)
        guard let first = batch.heads.first, let last = batch.heads.last, let lowest = sequences.min(),
            let highest = sequences.max(), let earliest = received.min(), let latest = received.max()
        else { return nil }
        place = ChunkCoding.Place(
            stream: layout.stream, device: owner.device, person: owner.person,
            firstTime: first.timestamp.microseconds, readings: batch.count, generation: layout.generation)
        lastTime = last.timestamp.microseconds
        self.sequences = lowest...highest
        self.received = earliest...latest
        data = try coding.encode(batch, sequences: sequences, place: place)
    }

    func insert(into db: Database) throws {
        let insertion = try RawStatement(
            db,
            """
            INSERT INTO hearth_chunks (stream, device, person, first_ts, last_ts, first_seq, last_seq, readings,
            first_received, last_received, generation, encoding, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        defer { insertion.clear() }
        insertion.bind(1, place.stream)
        insertion.bind(2, place.device)
        insertion.bind(3, place.person)
        insertion.bind(4, place.firstTime)
        insertion.bind(5, lastTime)
        insertion.bind(6, sequences.lowerBound)
        insertion.bind(7, sequences.upperBound)
        insertion.bind(8, place.readings)
        insertion.bind(9, received.lowerBound)
        insertion.bind(10, received.upperBound)
        insertion.bind(11, place.generation)
        insertion.bind(12, ChunkCoding.encoding)
        insertion.bind(13, blob: data)
        try insertion.run()
    }
}

/// Readings of one owner with their seqs, in order of (time, digest): what chunks are made of.
struct SequencedReadings {
    var batch: ReadingBatch
    var sequences: [Int64] = []

    init(_ layout: TableLayout) { batch = ReadingBatch(stream: layout.definition) }

    var count: Int { sequences.count }

    /// Both in one, each in order already.
    static func merged(
        _ left: SequencedReadings, _ right: SequencedReadings, _ layout: TableLayout
    ) -> SequencedReadings {
        var result = SequencedReadings(layout)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let takesLeft =
                j == right.count
                || i < left.count && ReadingPosition(left.batch.heads[i]) < ReadingPosition(right.batch.heads[j])
            if takesLeft {
                result.batch.append(row: i, of: left.batch)
                result.sequences.append(left.sequences[i])
                i += 1
            } else {
                result.batch.append(row: j, of: right.batch)
                result.sequences.append(right.sequences[j])
                j += 1
            }
        }
        return result
    }

    /// All readings of a chunk, in the columns of today's definition.
    init(_ head: ChunkHead, of owner: Owner, layout: TableLayout, chunks: ChunkLoader, db: Database) throws {
        self.init(layout)
        let columns = try chunks.load(head, of: layout, db: db)
        let written = try chunks.definition(head.generation, of: layout, db: db)
        let map = ColumnMap(of: layout.definition, in: written)
        let old = columns.batch(of: written, person: owner.personID, device: owner.deviceID)
        for row in 0..<old.count { batch.append(row: row, of: old, through: map) }
        sequences = columns.sequences
    }

    /// Cuts into chunks of about equal size, at most `limit` readings each unless more of them have one time.
    func encoded(
        limit: Int, owner: Owner, layout: TableLayout, coding: ChunkCoding
    ) throws -> [EncodedChunk] {
        let pieces = max((count + limit - 1) / limit, 1)
        let size = (count + pieces - 1) / pieces
        var result: [EncodedChunk] = []
        var start = 0
        while start < count {
            var end = min(start + size, count)
            while end < count, batch.heads[end].timestamp == batch.heads[end - 1].timestamp { end += 1 }
            var piece = SequencedReadings(layout)
            for row in start..<end {
                piece.batch.append(row: row, of: batch)
                piece.sequences.append(sequences[row])
            }
            let chunk = try EncodedChunk(
                piece.batch, sequences: piece.sequences, owner: (owner.person, owner.device), layout: layout,
                coding: coding)
            if let chunk { result.append(chunk) }
            start = end
        }
        return result
    }
}
