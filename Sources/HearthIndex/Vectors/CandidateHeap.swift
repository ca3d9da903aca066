/// A slot with its similarity to the query.
struct Candidate: BitwiseCopyable {
    var score: Float
    var slot: UInt32

    /// Best first; equal scores in order of slots, so that results do not depend on the way they were found.
    @inline(__always)
    static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        left.score > right.score || (left.score == right.score && left.slot < right.slot)
    }
}

/// A binary heap of candidates. Keeps its memory when it is emptied.
struct CandidateHeap: ~Copyable {
    private var items: UnsafeMutablePointer<Candidate>
    private var capacity: Int
    private(set) var count = 0
    /// Whether the best stands on top; otherwise the worst.
    private let hasBestOnTop: Bool

    init(hasBestOnTop: Bool, capacity: Int = 256) {
        self.hasBestOnTop = hasBestOnTop
        self.capacity = capacity
        items = .allocate(capacity: capacity)
    }

    deinit { items.deallocate() }

    /// Only while there is one.
    var top: Candidate { @inline(__always) get { items[0] } }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    private func isAbove(_ left: Candidate, _ right: Candidate) -> Bool {
        hasBestOnTop ? Candidate.isBetter(left, right) : Candidate.isBetter(right, left)
    }

    @inline(__always)
    mutating func push(_ candidate: Candidate) {
        if count == capacity { grow() }
        var index = count
        count += 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard isAbove(candidate, items[parent]) else { break }
            items[index] = items[parent]
            index = parent
        }
        items[index] = candidate
    }

    /// Adds the candidate if it is among the best `limit`. For a heap with the worst on top.
    @inline(__always)
    mutating func push(_ candidate: Candidate, keeping limit: Int) {
        if count < limit {
            push(candidate)
        } else if Candidate.isBetter(candidate, items[0]) {
            settle(candidate)
        }
    }

    /// Only while there is one.
    @inline(__always)
    mutating func pop() -> Candidate {
        let top = items[0]
        count -= 1
        if count > 0 { settle(items[count]) }
        return top
    }

    /// Puts the candidate where the top was, and then to its place.
    @inline(__always)
    private mutating func settle(_ candidate: Candidate) {
        var index = 0
        while true {
            var child = 2 * index + 1
            if child >= count { break }
            if child + 1 < count, isAbove(items[child + 1], items[child]) { child += 1 }
            guard isAbove(items[child], candidate) else { break }
            items[index] = items[child]
            index = child
        }
        items[index] = candidate
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Candidate>.allocate(capacity: capacity * 2)
        larger.update(from: items, count: count)
        items.deallocate()
        items = larger
        capacity *= 2
    }

    /// Empties the heap; best first.
    mutating func takeSorted() -> [Candidate] {
        let sorted = UnsafeBufferPointer(start: items, count: count).sorted(by: Candidate.isBetter)
        count = 0
        return sorted
    }
}
