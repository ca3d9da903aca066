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

    /// A whole number beyond 64 bits.
    mutating func appendRounded(_ value: Double) {
        append(.real, payload: value.bitPattern)
        detailLast(.rounded)
    }

    /// A whole number of 64 bits, the highest of them set.
    mutating func appendUnsigned(_ value: UInt64) {
        append(.real, payload: value)
        detailLast(.unsigned)
    }

    /// Says more of the value that was appended last.
    mutating func detailLast(_ detail: JSONDetail) { nodes[count - 1].detail = detail }

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

    // While a container is open, its payload is the index of the one around it plus one, << 32, and its members so far.

    /// Begins a container inside the one at `parent`, -1 for none, and gives its index.
    @inline(__always)
    mutating func open(_ kind: JSONKind, inside parent: Int) -> Int {
        append(kind, payload: UInt64(truncatingIfNeeded: parent &+ 1) << 32)
        return count &- 1
    }

    @inline(__always)
    mutating func countMember(of index: Int) { nodes[index].payload &+= 1 }

    /// Ends the container at `index`, which `open` began, and gives the one around it, -1 for none.
    @inline(__always)
    mutating func close(_ index: Int) -> Int {
        let payload = nodes[index].payload
        close(index, count: Int(payload & 0xffff_ffff))
        return Int(payload >> 32) &- 1
    }

    /// False for -1.
    @inline(__always)
    func isObject(_ index: Int) -> Bool { index >= 0 && nodes[index].kind == .object }

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
