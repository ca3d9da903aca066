import CHearthKernels
import HearthCore
import Synchronization

/// A hierarchical navigable small world graph over codes (Malkov and Yashunin, "Efficient and robust approximate nearest
/// neighbor search using hierarchical navigable small world graphs", 2018).
///
/// Several threads may insert and search at once: lists of links are changed under a lock of their slot and read with
/// atomic loads, and every number in a list is that of an inserted slot at all times.
final class NeighbourGraph: @unchecked Sendable {  // See above.
    /// Links of a slot in layers above the lowest, which has twice as many. M of the paper.
    static let links = 16
    static let maximumLinks = 2 * links
    /// Candidates among which an inserted slot's neighbours are chosen.
    static let constructionWidth = 200
    /// 1/16 of the slots is in each next layer; 16 of them hold more than any index.
    static let maximumLevel = 15
    /// Words of a list in the lowest layer and above: its length, then the links.
    static let lowestList = maximumLinks + 1
    static let upperList = links + 1
    /// Walks kept for the next search.
    private static let keptWalks = 4

    let segment: VectorSegment
    let lowest: Region<UInt32>
    /// Where a slot's upper lists begin in `upper`; 0 for none.
    let upperPlaces: Region<UInt32>
    /// Level, then that many lists. The first word is not used.
    let upper: Region<UInt32>
    let locks = StripedLocks()
    let top: Mutex<Top>
    private let walks = Mutex<[GraphWalk]>([])

    /// Where every walk begins.
    struct Top {
        var entry: UInt32 = 0
        /// -1 while the graph is empty.
        var level = -1
        /// Words of `upper` in use.
        var upperEnd = 1
    }

    init(segment: VectorSegment) throws(SystemCallError) {
        self.segment = segment
        lowest = try Region(capacity: segment.capacity * Self.lowestList)
        upperPlaces = try Region(capacity: segment.capacity)
        // A fifteenth of the slots is above the lowest layer on average, with little more than one list each.
        upper = try Region(capacity: segment.capacity * 4 + 4096)
        top = Mutex(Top())
    }

    /// A level with the probabilities of the paper, from the slot alone: the same graph in every run with one thread.
    static func level(of slot: UInt32) -> Int {
        var mixed = (UInt64(slot) &+ 1) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        // Each four zero bits are one chance of 1/16.
        return min(maximumLevel, mixed.leadingZeroBitCount / 4)
    }

    @inline(__always)
    func code(_ slot: UInt32) -> UnsafePointer<UInt8> { segment.codes.bytes + Int(slot) * segment.stride }

    @inline(__always)
    func list(_ slot: UInt32, _ layer: Int) -> UnsafeMutablePointer<UInt32> {
        layer == 0
            ? lowest.base + Int(slot) * Self.lowestList
            : upper.base + Int(hearth_load_acquiring(upperPlaces.base + Int(slot))) + 1 + (layer - 1) * Self.upperList
    }

    @inline(__always)
    func score(_ query: UnsafePointer<UInt8>, _ slot: UInt32) -> Float {
        var score: Float = 0
        withUnsafePointer(to: slot) {
            hearth_gather_codes(query, segment.codes.bytes, segment.dimension, $0, 1, &score)
        }
        return score
    }

    func takeWalk() throws -> GraphWalk {
        if let walk = walks.withLock({ $0.popLast() }) { return walk }
        return try GraphWalk(capacity: segment.capacity)
    }

    func giveBack(_ walk: GraphWalk) {
        walks.withLock { if $0.count < Self.keptWalks { $0.append(walk) } }
    }

    /// Follows the links of one layer to ever nearer slots, as long as there are some.
    func descend(_ query: UnsafePointer<UInt8>, from start: Candidate, layer: Int, _ walk: GraphWalk) -> Candidate {
        var nearest = start
        while true {
            let list = list(nearest.slot, layer)
            let count = Int(hearth_load_acquiring(list))
            for index in 0..<count { walk.slots[index] = hearth_load(list + 1 + index) }
            hearth_gather_codes(
                query, segment.codes.bytes, segment.dimension, walk.slots, count, walk.scores)
            let before = nearest.slot
            for index in 0..<count where walk.scores[index] > nearest.score {
                nearest = Candidate(score: walk.scores[index], slot: walk.slots[index])
            }
            if nearest.slot == before { return nearest }
        }
    }

    /// Puts the neighbours of a slot that this walk has not met into its `slots`, their scores into its `scores`.
    @inline(__always)
    func meetNeighbours(
        of slot: UInt32, layer: Int, query: UnsafePointer<UInt8>, _ walk: GraphWalk
    ) -> Int {
        let list = list(slot, layer)
        let count = Int(hearth_load_acquiring(list))
        var new = 0
        for index in 0..<count {
            let neighbour = hearth_load(list + 1 + index)
            if walk.enter(neighbour) {
                walk.slots[new] = neighbour
                new += 1
            }
        }
        hearth_gather_codes(query, segment.codes.bytes, segment.dimension, walk.slots, new, walk.scores)
        return new
    }
}
