/// Finds the number of a name by its bytes, without making a `String`: for the fields of a stream and the streams of
/// the registry, looked up once per member of every reading.
struct NameTable: Sendable {
    private let bytes: [UInt8]
    /// Name i is `bytes[starts[i]..<starts[i + 1]]`.
    private let starts: [Int]
    /// Open addressing: 0 is empty, else number + 1. At most half full.
    private let slots: [UInt16]

    /// Names must be distinct; at most 32,767.
    init(_ names: [String]) {
        var bytes: [UInt8] = []
        var starts = [0]
        for name in names {
            bytes.append(contentsOf: name.utf8)
            starts.append(bytes.count)
        }
        var size = 8
        while size < names.count * 2 { size *= 2 }
        var slots = [UInt16](repeating: 0, count: size)
        for index in names.indices {
            var slot = Self.hash(Array(names[index].utf8)) & (size - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = UInt16(index + 1)
        }
        self.bytes = bytes
        self.starts = starts
        self.slots = slots
    }

    subscript(name: UnsafeBufferPointer<UInt8>) -> Int? {
        var slot = Self.hash(name) & (slots.count - 1)
        while true {
            let number = Int(slots[slot])
            if number == 0 { return nil }
            if matches(name, number - 1) { return number - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    private func matches(_ name: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        let start = starts[index]
        guard starts[index + 1] - start == name.count else { return false }
        for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
        return true
    }

    /// Length and three bytes tell field names apart well; what collides is compared in full.
    private static func hash(_ name: some RandomAccessCollection<UInt8>) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        let middle = name[name.index(name.startIndex, offsetBy: name.count / 2)]
        return name.count &* 31 &+ Int(first) &* 7 &+ Int(middle) &* 17 &+ Int(last) &* 3
    }
}
