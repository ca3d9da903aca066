import CHearthKernels
import HearthCore
import Synchronization

extension VectorSegment {
    /// Appends and removes in one step, durable when it returns. Called by one writer at a time. When it throws, nothing
    /// has changed for readers, and what was written of it is written over by the next.
    func commit(_ batch: VectorBatch) throws {
        var (names, first, sequence) = directory.withLock { ($0.names, $0.count, $0.sequence) }
        guard batch.sequence >= sequence else {
            throw HearthError(
                .conflict, "The vector index is at change \(sequence), which is after \(batch.sequence).",
                hint: "Apply changes in their order.", disposition: .defect)
        }
        try batch.check(dimension: dimension, room: capacity - first)
        sequence = batch.sequence

        let removing = Set(batch.removing)
        let removed = directory.withLock { directory in
            removing.compactMap { directory.slots[$0] }
                + batch.adding.compactMap { removing.contains($0.number) ? nil : directory.slots[$0.number] }
        }
        var newSources: [String] = []
        var bytes = BatchBytes(dimension: dimension, count: batch.adding.count)
        for entry in batch.adding {
            let source = try names.source(entry.source)
            if source.isNew { newSources.append(entry.source) }
            bytes.append(entry, source: source.index, person: try names.person(entry.person))
        }
        if !batch.adding.isEmpty {
            try bytes.vectors.withUnsafeBytes { try vectorFile.write($0, at: first * dimension * 4) }
            try codeFile.write(bytes.codes, at: first * stride)
            try entryFile.write(bytes.entries, at: first * SlotRecord.byteCount)
            for file in [vectorFile, codeFile, entryFile] { try file.synchronize() }
        }
        try journal.append(
            JournalRecord(
                sequence: sequence, first: UInt32(first), added: UInt32(batch.adding.count), removed: removed,
                sources: newSources))

        // From here on nothing fails.
        for (index, slot) in bytes.slots.enumerated() {
            columns.write(slot.record, person: slot.person, at: first + index)
        }
        for slot in removed { columns.remove(Int(slot)) }
        let (newNames, newSequence) = (names, sequence)
        directory.withLock { directory in
            for number in removing { directory.slots[number] = nil }
            for (index, slot) in bytes.slots.enumerated() {
                directory.slots[slot.record.number] = UInt32(first + index)
            }
            directory.names = newNames
            directory.count = first + bytes.slots.count
            directory.sequence = newSequence
        }
    }
}

/// A batch in the form of the files.
private struct BatchBytes {
    let dimension: Int
    let stride: Int
    private(set) var vectors: [Float] = []
    private(set) var codes: [UInt8] = []
    private(set) var entries: [UInt8] = []
    private(set) var slots: [(record: SlotRecord, person: UInt16)] = []

    init(dimension: Int, count: Int) {
        self.dimension = dimension
        stride = hearth_code_stride(dimension)
        vectors.reserveCapacity(count * dimension)
        codes.reserveCapacity(count * stride)
        entries.reserveCapacity(count * SlotRecord.byteCount)
        slots.reserveCapacity(count)
    }

    mutating func append(_ entry: VectorEntry, source: UInt16, person: UInt16) {
        var code = [UInt8](repeating: 0, count: stride)
        hearth_encode(entry.vector, dimension, &code)
        let record = SlotRecord(
            number: entry.number, person: entry.person, document: entry.document, timestamp: entry.timestamp,
            source: source, kind: entry.kind, vectorChecksum: entry.vector.withUnsafeBytes { checksum($0) },
            codeChecksum: code.withUnsafeBytes { checksum($0) })
        vectors += entry.vector
        codes += code
        record.append(to: &entries)
        slots.append((record, person))
    }
}

extension VectorBatch {
    /// Throws for what no index can hold.
    func check(dimension: Int, room: Int) throws {
        guard adding.count <= VectorLimits.batch, removing.count <= VectorLimits.batch else {
            throw HearthError(
                .tooLarge, "A batch has at most \(VectorLimits.batch) vectors and as many removals.",
                hint: "Apply it in parts.")
        }
        guard adding.count <= room else {
            throw HearthError(
                .indexFull, "The vector index has no room for \(adding.count) more vectors.",
                hint: "Hearth searches at most \(VectorLimits.slots) passages by meaning.")
        }
        var numbers = Set<Int64>()
        for entry in adding {
            guard numbers.insert(entry.number).inserted else {
                throw HearthError(
                    .invalidValue, "A batch has two vectors for passage \(entry.number).",
                    hint: "Give one vector per passage.", disposition: .defect)
            }
            guard entry.source.utf8.count <= VectorLimits.nameBytes else {
                throw HearthError(
                    .tooLarge, "The name of a source has more than \(VectorLimits.nameBytes) bytes.",
                    hint: "Use a shorter name.")
            }
            try entry.vector.checkIsUnit(dimension: dimension)
        }
    }
}

extension [Float] {
    /// Throws unless these are the components of a vector of length 1; so it refuses NaN and infinity.
    func checkIsUnit(dimension: Int) throws {
        guard count == dimension else {
            throw HearthError(
                .invalidValue, "A vector has \(count) components where the index has \(dimension).",
                hint: "Use the model that the index was made with.", disposition: .defect)
        }
        let length = hearth_dot(self, self, count).squareRoot()
        guard abs(length - 1) <= VectorLimits.lengthTolerance else {
            throw HearthError(
                .invalidValue, "A vector's length is \(length) where it has to be 1.",
                hint: "Normalise vectors, and leave out those of empty texts.", disposition: .defect)
        }
    }
}
