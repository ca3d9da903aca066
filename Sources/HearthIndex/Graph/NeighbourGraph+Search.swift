import CHearthKernels
import Synchronization

extension NeighbourGraph {
    /// Walks through the graph to the nearest slots below `covered` that pass the filter, and leaves the best `width` in
    /// `best`. False when it met `budget` slots before it was done: then few of those near the query pass, and
    /// a scan is the better way.
    func search(
        _ query: UnsafePointer<UInt8>, covered: Int, filter: SlotFilter, width: Int, budget: Int,
        into best: inout CandidateHeap, _ walk: GraphWalk
    ) -> Bool {
        let (entry, level) = top.withLock { ($0.entry, $0.level) }
        guard level >= 0 else { return true }
        var nearest = Candidate(score: score(query, entry), slot: entry)
        for layer in stride(from: level, to: 0, by: -1) {
            nearest = descend(query, from: nearest, layer: layer, walk)
        }
        walk.begin()
        _ = walk.enter(nearest.slot)
        walk.open.push(nearest)
        if Int(nearest.slot) < covered, filter.passes(Int(nearest.slot)) { best.push(nearest, keeping: width) }
        var met = 1
        while walk.open.count > 0 {
            let next = walk.open.pop()
            if best.count >= width, next.score < best.top.score { return true }
            let count = meetNeighbours(of: next.slot, layer: 0, query: query, walk)
            met += count
            for index in 0..<count {
                let candidate = Candidate(score: walk.scores[index], slot: walk.slots[index])
                guard best.count < width || candidate.score > best.top.score else { continue }
                walk.open.push(candidate)
                if Int(candidate.slot) < covered, filter.passes(Int(candidate.slot)) {
                    best.push(candidate, keeping: width)
                }
            }
            if met > budget { return false }
        }
        // Nothing is left to go to. Where enough was found that is the end, else the rest is out of reach.
        return best.count >= width
    }
}
