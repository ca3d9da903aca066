import CHearthKernels
import HearthCore
import Synchronization

/// The files of one generation, and what of them is held in memory: codes and the first vectors mapped, columns read, other
/// vectors left on disk.
/// One writer at a time; readers see the slots below the count they took.
/// `directory` is locked and publishes slots, `journal` belongs to the one writer, the rest is constant.
final class VectorSegment: @unchecked Sendable {  // See above: what changes is locked or has one writer.
    let folder: IndexFolder
    let generation: UInt32
    let dimension: Int
    /// Bytes from one code to the next.
    let stride: Int
    let columns: SlotColumns
    let codes: FileMapping
    /// The beginning of the vectors' file.
    private let vectors: FileMapping
    private let mappedBytes: Int
    let vectorFile: IndexFile
    let codeFile: IndexFile
    let entryFile: IndexFile
    let directory: Mutex<Directory>
    /// The writer's alone.
    var journal: Journal

    /// What changes with every commit.
    struct Directory {
        /// Slots committed, removed ones included.
        var count = 0
        var sequence: Int64 = 0
        /// Slots in use by number.
        var slots: [Int64: UInt32] = [:]
        var names = SlotNames()
    }

    static let filePrefixes = ["vectors", "codes", "entries", "journal", "graph"]

    static func name(_ prefix: String, _ generation: UInt32) -> String { "\(prefix)-\(generation)" }

    /// Opens what was committed. Throws `IndexDamage` when it is not what was written. Everything held in memory is
    /// checked here; a vector is checked whenever it is read.
    init(folder: IndexFolder, generation: UInt32, dimension: Int, capacity: Int) throws {
        self.folder = folder
        self.generation = generation
        self.dimension = dimension
        stride = hearth_code_stride(dimension)
        columns = try SlotColumns(capacity: capacity)
        vectorFile = try IndexFile(folder.file(Self.name("vectors", generation)))
        codeFile = try IndexFile(folder.file(Self.name("codes", generation)))
        entryFile = try IndexFile(folder.file(Self.name("entries", generation)))
        codes = try FileMapping(codeFile, length: capacity * stride)
        mappedBytes = min(capacity * dimension * 4, VectorLimits.mappedVectorBytes)
        vectors = try FileMapping(vectorFile, length: mappedBytes)
        directory = Mutex(Directory())
        let records: [JournalRecord]
        (journal, records) = try Journal.open(folder.file(Self.name("journal", generation)))
        try load(records)
    }

    var capacity: Int { columns.numbers.capacity }

    private func load(_ records: [JournalRecord]) throws {
        var count = 0
        var removed: [UInt32] = []
        var names = SlotNames()
        for record in records {
            guard Int(record.first) == count, count + Int(record.added) <= capacity else {
                throw IndexDamage("journal: slots are not in a row")
            }
            count += Int(record.added)
            removed += record.removed
            for name in record.sources {
                guard names.sources.count < VectorLimits.names, names.sources[name] == nil else {
                    throw IndexDamage("journal: a source is named twice")
                }
                names.sources[name] = UInt16(names.sources.count)
            }
        }
        for (file, length) in [(vectorFile, dimension * 4), (codeFile, stride), (entryFile, SlotRecord.byteCount)]
        where try file.size < count * length {
            throw IndexDamage("\(file.path): shorter than what was committed")
        }
        try readEntries(count: count, names: &names)
        for slot in removed {
            guard Int(slot) < count else { throw IndexDamage("journal: a slot is removed that never was") }
            columns.remove(Int(slot))
        }
        let loaded = names
        try directory.withLock { directory in
            directory.slots.reserveCapacity(count)
            for slot in 0..<count where columns.isInUse(slot) {
                guard directory.slots.updateValue(UInt32(slot), forKey: columns.numbers[slot]) == nil else {
                    throw IndexDamage("entries: number \(columns.numbers[slot]) has two slots")
                }
            }
            directory.count = count
            directory.sequence = records.last?.sequence ?? 0
            directory.names = loaded
        }
    }

    private func readEntries(count: Int, names: inout SlotNames) throws {
        let length = SlotRecord.byteCount
        let block = 4096
        var bytes = [UInt8](repeating: 0, count: block * length)
        for first in Swift.stride(from: 0, to: count, by: block) {
            let size = min(block, count - first)
            try bytes.withUnsafeMutableBytes { buffer in
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(size * length)])
                guard try entryFile.read(into: part, at: first * length) == part.count else {
                    throw IndexDamage("entries: the file ends early")
                }
                for index in 0..<size {
                    let slot = first + index
                    let bytes = UnsafeRawBufferPointer(rebasing: part[(index * length)..<((index + 1) * length)])
                    guard let record = SlotRecord(bytes), Int(record.source) < names.sources.count else {
                        throw IndexDamage("entries: slot \(slot) is not what was written")
                    }
                    let code = UnsafeRawBufferPointer(start: codes.bytes + slot * stride, count: stride)
                    guard checksum(code) == record.codeChecksum else {
                        throw IndexDamage("codes: slot \(slot) is not what was written")
                    }
                    columns.write(record, person: try names.person(record.person), at: slot)
                }
            }
        }
    }

    /// Reads a vector from disk and checks it.
    func readVector(_ slot: Int, into vector: UnsafeMutableBufferPointer<Float>) throws {
        let bytes = UnsafeMutableRawBufferPointer(vector)
        let place = slot * dimension * 4
        let isWhole: Bool
        if place + bytes.count <= mappedBytes {
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: vectors.bytes + place, count: bytes.count))
            isWhole = true
        } else {
            isWhole = try vectorFile.read(into: bytes, at: place) == bytes.count
        }
        guard isWhole, checksum(UnsafeRawBufferPointer(bytes)) == columns.vectorChecksums[slot] else {
            throw IndexDamage("vectors: slot \(slot) is not what was written")
        }
    }

    /// Reads every vector and checks it.
    func verify() throws {
        let count = directory.withLock { $0.count }
        var vector = [Float](repeating: 0, count: dimension)
        for slot in 0..<count { try vector.withUnsafeMutableBufferPointer { try readVector(slot, into: $0) } }
    }

    func bytesOnDisk() throws -> Int {
        let files = [vectorFile, codeFile, entryFile, journal.file]
        return try files.reduce(0) { try $0 + $1.size }
    }
}

extension SlotNames {
    /// The position of a person, a new one when it is the first time.
    mutating func person(_ id: UniqueID) throws -> UInt16 {
        if let index = persons[id] { return index }
        guard persons.count < VectorLimits.names else {
            throw HearthError(
                .indexFull, "The vector index knows \(VectorLimits.names) persons already.",
                hint: "Remove persons who are no longer there.")
        }
        let index = UInt16(persons.count)
        persons[id] = index
        return index
    }

    /// The position of a source, a new one when it is the first time.
    mutating func source(_ name: String) throws -> (index: UInt16, isNew: Bool) {
        if let index = sources[name] { return (index, false) }
        guard sources.count < VectorLimits.names else {
            throw HearthError(
                .indexFull, "The vector index knows \(VectorLimits.names) sources already.",
                hint: "Use fewer names of sources.")
        }
        let index = UInt16(sources.count)
        sources[name] = index
        return (index, true)
    }
}
