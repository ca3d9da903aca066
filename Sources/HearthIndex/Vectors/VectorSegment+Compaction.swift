import HearthCore
import Synchronization

extension VectorSegment {
    /// Slots copied at a time.
    private static let copied = 1024

    /// The next generation: the same vectors in the same order without the removed ones. It counts once the header names it.
    func compacted() throws -> VectorSegment {
        let next = generation + 1
        for prefix in Self.filePrefixes { try folder.remove(Self.name(prefix, next)) }
        let (count, sequence, names) = directory.withLock { ($0.count, $0.sequence, $0.names) }
        let vectors = try IndexFile(folder.file(Self.name("vectors", next)))
        let codes = try IndexFile(folder.file(Self.name("codes", next)))
        let entries = try IndexFile(folder.file(Self.name("entries", next)))
        var written = 0
        var vector = [Float](repeating: 0, count: dimension)
        var entry = [UInt8](repeating: 0, count: SlotRecord.byteCount)
        for first in Swift.stride(from: 0, to: count, by: Self.copied) {
            var (vectorBytes, codeBytes, entryBytes): ([Float], [UInt8], [UInt8]) = ([], [], [])
            for slot in first..<min(first + Self.copied, count) where columns.isInUse(slot) {
                try vector.withUnsafeMutableBufferPointer { try readVector(slot, into: $0) }
                let length = try entry.withUnsafeMutableBytes {
                    try entryFile.read(into: $0, at: slot * SlotRecord.byteCount)
                }
                guard length == entry.count else { throw IndexDamage("entries: the file ends early") }
                vectorBytes += vector
                codeBytes += UnsafeBufferPointer(start: self.codes.bytes + slot * stride, count: stride)
                entryBytes += entry
            }
            try vectorBytes.withUnsafeBytes { try vectors.write($0, at: written * dimension * 4) }
            try codes.write(codeBytes, at: written * stride)
            try entries.write(entryBytes, at: written * SlotRecord.byteCount)
            written += entryBytes.count / SlotRecord.byteCount
        }
        for file in [vectors, codes, entries] { try file.synchronize() }
        var (journal, _) = try Journal.open(folder.file(Self.name("journal", next)))
        try journal.append(
            JournalRecord(
                sequence: sequence, first: 0, added: UInt32(written), removed: [],
                sources: names.sources.sorted { $0.value < $1.value }.map(\.key)))
        try folder.synchronize()
        return try VectorSegment(folder: folder, generation: next, dimension: dimension, capacity: capacity)
    }
}
