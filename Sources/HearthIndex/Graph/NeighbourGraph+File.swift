import CHearthKernels
import Synchronization

extension NeighbourGraph {
    private static let magic: UInt32 = 0x3152_4748  // "HGR1"
    /// Magic, format, covered, entry, level, end of the upper lists, checksum of the three regions, checksum of all that.
    private static let headLength = 32

    /// Writes the graph as it is; nobody may be inserting. Whole or not at all.
    func write(covered: Int) throws {
        let top = top.withLock { $0 }
        let parts = parts(covered: covered, upperEnd: top.upperEnd)
        let content = parts.reduce(UInt32(0)) { checksum(UnsafeRawBufferPointer($1), after: $0) }
        var head: [UInt8] = []
        for word in [
            Self.magic, IndexHeader.format, UInt32(covered), top.entry, UInt32(bitPattern: Int32(top.level)),
            UInt32(top.upperEnd), content,
        ] { head.append(little: word) }
        head.append(little: checksum(head))
        try segment.folder.replace(VectorSegment.name("graph", segment.generation)) { file in
            try file.write(head, at: 0)
            var position = head.count
            for part in parts {
                try file.write(UnsafeRawBufferPointer(part), at: position)
                position += part.count
            }
        }
    }

    /// Reads the graph if there is one that belongs to the first of `count` slots; how many it covers. Nil when there is
    /// none. Throws `IndexDamage` when the file is not what was written.
    func read(count: Int) throws -> Int? {
        let name = VectorSegment.name("graph", segment.generation)
        guard try segment.folder.names().contains(name) else { return nil }
        let file = try IndexFile(segment.folder.file(name))
        var head = [UInt8](repeating: 0, count: Self.headLength)
        let length = try head.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        var reader = ByteReader(head[...])
        let words = (0..<8).compactMap { _ in reader.integer(UInt32.self) }
        guard length == head.count, words[7] == checksum(head.dropLast(4)), words[0] == Self.magic,
            words[1] == IndexHeader.format
        else { throw IndexDamage("graph: its head is not what was written") }
        let covered = Int(words[2])
        // It knows slots that a torn journal no longer has. Others will take their place, so it must never be read again.
        guard covered <= count else {
            try segment.folder.remove(name)
            return nil
        }
        let (level, upperEnd) = (Int(Int32(bitPattern: words[4])), Int(words[5]))
        guard upperEnd >= 1, upperEnd <= upper.capacity, level <= Self.maximumLevel else {
            throw IndexDamage("graph: its head has no sense")
        }
        var content: UInt32 = 0
        var position = head.count
        for part in parts(covered: covered, upperEnd: upperEnd) {
            guard try file.read(into: part, at: position) == part.count else {
                throw IndexDamage("graph: the file ends early")
            }
            content = checksum(UnsafeRawBufferPointer(part), after: content)
            position += part.count
        }
        guard content == words[6] else { throw IndexDamage("graph: it is not what was written") }
        top.withLock { $0 = Top(entry: words[3], level: level, upperEnd: upperEnd) }
        return covered
    }

    private func parts(covered: Int, upperEnd: Int) -> [UnsafeMutableRawBufferPointer] {
        [
            UnsafeMutableRawBufferPointer(
                UnsafeMutableBufferPointer(start: lowest.base, count: covered * Self.lowestList)),
            UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: upperPlaces.base, count: covered)),
            UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: upper.base, count: upperEnd)),
        ]
    }
}
