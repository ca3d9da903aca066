/// Finds a member's name among those that a schema knows: an open-addressed hash table over the first and last eight
/// bytes and the length, which together are the whole of any name of up to sixteen bytes.
struct MemberTable {
    struct Header {
        var start: UInt32 = 0
        /// Slots less one; the number of slots is a power of two. 0: no names.
        var mask: UInt32 = 0
    }

    struct Slot {
        static let emptyLength = UInt32.max

        var first: UInt64 = 0
        var last: UInt64 = 0
        var length = emptyLength
        /// Offset of the bytes in the program's text.
        var offset: UInt32 = 0
        /// The member's schema, or `ProgramNode.none` when the name is only required.
        var node = ProgramNode.none
        /// The name's number among the required ones of the same object; 64 when it is none of the first 64.
        var requirement: UInt32 = 64
    }

    /// The parts of a name that are compared: first and last bytes, overlapping or empty in short names.
    @inline(__always)
    static func key(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> (first: UInt64, last: UInt64) {
        let raw = UnsafeRawPointer(bytes)
        if count >= 8 {
            return (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        }
        if count >= 4 {
            return (
                UInt64(raw.loadUnaligned(as: UInt32.self)),
                UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            )
        }
        if count == 0 { return (0, 0) }
        return (UInt64(bytes[0]) | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count &- 1]) << 16, 0)
    }

    @inline(__always)
    static func hash(_ first: UInt64, _ last: UInt64, _ count: Int) -> UInt32 {
        // The multiplier is 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4).
        let mixed = (first ^ (last << 29 | last >> 35) ^ UInt64(truncatingIfNeeded: count)) &* 0x9e37_79b9_7f4a_7c15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    /// The slots for `names`, which must differ from one another.
    static func slots(_ names: [(bytes: [UInt8], offset: UInt32, node: UInt32, requirement: UInt32)]) -> [Slot] {
        var size = 4
        while size < names.count * 2 { size *= 2 }
        var slots = [Slot](repeating: Slot(), count: size)
        for name in names {
            let (first, last) = name.bytes.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.map { key($0, bytes.count) } ?? (0, 0)
            }
            var index = Int(hash(first, last, name.bytes.count)) & (size - 1)
            while slots[index].length != Slot.emptyLength { index = (index + 1) & (size - 1) }
            slots[index] = Slot(
                first: first, last: last, length: UInt32(name.bytes.count), offset: name.offset, node: name.node,
                requirement: name.requirement)
        }
        return slots
    }
}
