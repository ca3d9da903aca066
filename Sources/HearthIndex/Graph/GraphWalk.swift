import HearthCore

/// What one thread needs while it walks a graph; kept from one walk to the next.
final class GraphWalk: @unchecked Sendable {  // Belongs to one thread at a time: `NeighbourGraph` hands it out.
    /// The mark of the last walk that came to a slot.
    private let marks: Region<UInt32>
    private var mark: UInt32 = 0
    var open = CandidateHeap(hasBestOnTop: true, capacity: 1024)
    var found = CandidateHeap(hasBestOnTop: false)
    /// Neighbours not met before, and their scores.
    let slots: UnsafeMutablePointer<UInt32>
    let scores: UnsafeMutablePointer<Float>

    init(capacity: Int) throws(SystemCallError) {
        marks = try Region(capacity: capacity)
        slots = .allocate(capacity: NeighbourGraph.maximumLinks + 1)
        scores = .allocate(capacity: NeighbourGraph.maximumLinks + 1)
    }

    deinit {
        slots.deallocate()
        scores.deallocate()
    }

    func begin() {
        if mark == .max {
            marks.base.update(repeating: 0, count: marks.capacity)
            mark = 0
        }
        mark += 1
        open.removeAll()
        found.removeAll()
    }

    /// True the first time.
    @inline(__always)
    func enter(_ slot: UInt32) -> Bool {
        if marks.base[Int(slot)] == mark { return false }
        marks.base[Int(slot)] = mark
        return true
    }
}
