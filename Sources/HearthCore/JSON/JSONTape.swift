/// The growing array of nodes that parsers append to.
struct JSONTape {
    private(set) var nodes: UnsafeMutablePointer<JSONNode>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        nodes = .allocate(capacity: self.capacity)
    }

    @inline(__always)
    mutating func append(_ kind: JSONKind, payload: UInt64) {
        if count == capacity { grow() }
        nodes[count] = JSONNode(kind: kind, payload: payload, next: UInt32(truncatingIfNeeded: count &+ 1))
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = larger
        capacity *= 2
    }

    /// Says of the container at `index` that it ends here and how many members or elements it has.
    @inline(__always)
    mutating func close(_ index: Int, count members: Int) {
        nodes[index].payload = UInt64(members)
        nodes[index].next = UInt32(truncatingIfNeeded: count)
    }

    /// The key that stands twice in the object at `index`, which is closed already.
    func duplicateKey(inObject index: Int, text: UnsafeMutablePointer<UInt8>) -> JSONReference? {
        let object = JSONReference(nodes: UnsafePointer(nodes), text: UnsafePointer(text), index: UInt32(index))
        let count = object.count
        if count < 2 { return nil }
        if count <= 16 {
            var outer = object.members
            while let (key, _) = outer.next() {
                var inner = outer
                while let (other, _) = inner.next() {
                    if key.equals(other.utf8) { return other }
                }
            }
            return nil
        }
        var seen = Set<[UInt8]>(minimumCapacity: count)
        for (key, _) in object.members where !seen.insert(Array(key.utf8)).inserted { return key }
        return nil
    }

    func deallocate() { nodes.deallocate() }
}
