import HearthCore
import HearthSchema
import HearthStore

/// The bytes of a chunk: a checksum, then one part after another: times, seqs, times of arrival, flags, digests, and
/// each column of the definition. Parts of columns carry their length, so that one that is not asked for is skipped.
struct ChunkCoding {
    /// Version of the format, stored beside the bytes.
    static let encoding: Int64 = 1

    /// What a chunk's checksum is made over beside its bytes, so that bytes in the wrong row are noticed.
    struct Place: Sendable, Hashable {
        var stream: Int64
        var device: Int64
        var person: Int64
        var firstTime: Int64
        var readings: Int
        var generation: Int64
    }

    private enum Kind: UInt8 {
        case absent = 0
        case reals = 1
        case integers = 2
        case texts = 3
    }

    let digest: ReadingDigest

    // MARK: Writing

    /// - Parameters:
    ///   - batch: Readings of one device and person in order of (time, digest), at least one.
    ///   - sequences: The seq of each.
    func encode(_ batch: ReadingBatch, sequences: [Int64], place: Place) throws -> [UInt8] {
        var writer = ByteWriter()
        try IntegerCoding.write(batch.heads.map(\.timestamp.microseconds), to: &writer)
        try IntegerCoding.write(sequences, to: &writer)
        try IntegerCoding.write(batch.heads.map(\.received.microseconds), to: &writer)
        try IntegerCoding.write(batch.heads.map { Int64($0.flags.rawValue) }, to: &writer)
        writeDigests(batch, to: &writer)
        for column in 0..<batch.width {
            var part = ByteWriter()
            try write(column, of: batch, to: &part)
            writer.block(part.bytes)
        }
        var result = ByteWriter()
        result.word(writer.bytes.withUnsafeBytes { Self.checksum($0, place) })
        result.append(writer.bytes)
        return result.bytes
    }

    /// Only the digests that the content does not give again: those of readings that clients named.
    private func writeDigests(_ batch: ReadingBatch, to writer: inout ByteWriter) {
        let kept = batch.heads.indices.filter {
            digest.contentDigest(of: batch, row: $0) != batch.heads[$0].digest
        }
        writer.varint(kept.count)
        var previous = 0
        for row in kept {
            writer.varint(row - previous)
            writer.word(batch.heads[row].digest)
            previous = row
        }
    }

    private func write(_ column: Int, of batch: ReadingBatch, to writer: inout ByteWriter) throws {
        let cells = (0..<batch.count).map { batch[$0, column] }
        let isPresent = cells.map { $0 != .null }
        guard isPresent.contains(true) else { return writer.byte(Kind.absent.rawValue) }
        let fields = batch.stream.fields
        let type = column < fields.count ? fields[column].type : .json
        switch type {
        case .real: writer.byte(Kind.reals.rawValue)
        case .integer, .boolean: writer.byte(Kind.integers.rawValue)
        case .text, .json: writer.byte(Kind.texts.rawValue)
        }
        let hasNulls = isPresent.contains(false)
        writer.byte(hasNulls ? 1 : 0)
        if hasNulls { try IntegerCoding.write(isPresent.map { $0 ? 1 : 0 }, to: &writer) }
        switch type {
        case .real:
            try RealCoding.write(cells.compactMap { if case .real(let value) = $0 { value } else { nil } }, to: &writer)
        case .integer, .boolean:
            try IntegerCoding.write(
                cells.compactMap { if case .integer(let value) = $0 { value } else { nil } }, to: &writer)
        case .text, .json:
            var bytes: [UInt8] = []
            var lengths: [Int64] = []
            for case .text(let offset, let length) in cells {
                bytes.append(contentsOf: batch.text[Int(offset)..<Int(offset) + Int(length)])
                lengths.append(Int64(length))
            }
            try IntegerCoding.write(lengths, to: &writer)
            try Zstandard.write(bytes, to: &writer)
        }
    }

    // MARK: Reading

    /// - Parameters:
    ///   - wanted: Columns to decode; nil: all, and the digests too.
    /// - Throws: `ChunkDamage`.
    func decode(
        _ bytes: UnsafeRawBufferPointer, place: Place, definition: StreamDefinition, device: UniqueID,
        wanted: Set<Int>? = nil
    ) throws -> ReadingColumns {
        var reader = ByteReader(bytes)
        let checksum = try reader.word()
        guard checksum == Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[8...]), place) else {
            throw ChunkDamage(description: "its checksum is wrong")
        }
        let count = place.readings
        var columns = ReadingColumns(
            times: try IntegerCoding.read(&reader, count: count),
            sequences: try IntegerCoding.read(&reader, count: count),
            received: try IntegerCoding.read(&reader, count: count),
            flags: try IntegerCoding.read(&reader, count: count).map { UInt8(truncatingIfNeeded: $0) },
            columns: [])
        var kept: [(row: Int, digest: UInt64)] = []
        var row = 0
        for _ in 0..<(try reader.count(limit: count)) {
            row += try reader.count(limit: count)
            guard row < count else { throw ChunkDamage(description: "a digest in it has no reading") }
            kept.append((row, try reader.word()))
        }
        for column in 0..<definition.columnCount {
            var part = ByteReader(try reader.block())
            let isWanted = wanted?.contains(column) ?? true
            columns.columns.append(isWanted ? try Self.read(&part, count: count) : .absent)
        }
        guard reader.isAtEnd else { throw ChunkDamage(description: "there are bytes behind its end") }
        if wanted == nil {
            let batch = columns.batch(of: definition, person: UniqueID(high: 0, low: 0), device: device)
            columns.digests = (0..<count).map { Int64(bitPattern: digest.contentDigest(of: batch, row: $0)) }
            for (row, digest) in kept { columns.digests[row] = Int64(bitPattern: digest) }
        }
        return columns
    }

    private static func read(_ reader: inout ByteReader, count: Int) throws -> ReadingColumns.Column {
        guard let kind = Kind(rawValue: try reader.byte()) else {
            throw ChunkDamage(description: "a column of it has an unknown kind")
        }
        if kind == .absent { return .absent }
        var isPresent: [Bool]?
        if try reader.byte() == 1 { isPresent = try IntegerCoding.read(&reader, count: count).map { $0 == 1 } }
        let present = isPresent?.count { $0 } ?? count
        switch kind {
        case .absent: return .absent
        case .reals:
            let values = try RealCoding.read(&reader, count: present)
            return .reals(spread(values, over: isPresent, filler: .nan))
        case .integers:
            let values = try IntegerCoding.read(&reader, count: present)
            return .integers(spread(values, over: isPresent, filler: 0), isPresent: isPresent)
        case .texts:
            let lengths = spread(try IntegerCoding.read(&reader, count: present), over: isPresent, filler: 0)
            var end: Int64 = 0
            let ends = try lengths.map { length in
                guard length >= 0, length <= Int64(UInt32.max) else {
                    throw ChunkDamage(description: "a length in it is impossible")
                }
                end += length
                return end
            }
            let bytes = try Zstandard.read(&reader, limit: Int(end))
            guard bytes.count == Int(end) else { throw ChunkDamage(description: "its text has the wrong length") }
            return .texts(bytes: bytes, ends: ends, isPresent: isPresent)
        }
    }

    /// Puts values back to the rows that have one.
    private static func spread<Value>(_ values: [Value], over isPresent: [Bool]?, filler: Value) -> [Value] {
        guard let isPresent else { return values }
        var next = values.makeIterator()
        return isPresent.map { $0 ? next.next() ?? filler : filler }
    }

    /// SipHash with a fixed key serves as a checksum of 64 bits.
    private static func checksum(_ bytes: UnsafeRawBufferPointer, _ place: Place) -> UInt64 {
        var hash = SipHash(key: SipHash.Key(first: 0x6368_756e_6b00_0001, second: 0x6865_6172_7468_0001))
        hash.combine(UInt64(bitPattern: place.stream))
        hash.combine(UInt64(bitPattern: place.device))
        hash.combine(UInt64(bitPattern: place.person))
        hash.combine(UInt64(bitPattern: place.firstTime))
        hash.combine(UInt64(place.readings))
        hash.combine(UInt64(bitPattern: place.generation))
        hash.combine(bytes)
        return hash.finalize()
    }
}
