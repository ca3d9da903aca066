import CHearthKernels
import HearthCore
import Synchronization

extension VectorIndex {
    func matches(_ query: [Float], limit: Int, filter: VectorFilter) throws -> [VectorMatch] {
        try query.checkIsUnit(dimension: dimension)
        guard (1...VectorLimits.matches).contains(limit) else {
            throw HearthError(
                .invalidValue, "A search gives 1 to \(VectorLimits.matches) matches, not \(limit).",
                hint: "Ask for another number.")
        }
        let current = now
        let segment = current.segment
        // Before the count, so that the graph covers no slot that is not counted.
        let covered = current.builder.covered
        let (count, names) = segment.directory.withLock { ($0.count, $0.names) }
        guard let passing = SlotFilter(filter, names: names, columns: segment.columns), count > 0 else { return [] }
        var code = [UInt8](repeating: 0, count: segment.stride)
        hearth_encode(query, dimension, &code)
        let wanted = max(VectorLimits.rescored, VectorLimits.rescoredPerMatch * limit)
        var best = CandidateHeap(hasBestOnTop: false)
        if count - covered <= VectorLimits.scannedTail, covered >= options.graphThreshold,
            passing.share(of: covered) >= VectorLimits.walkShare,
            try walk(code, current, covered: covered, filter: passing, wanted: wanted, into: &best)
        {
            segment.scan(code, covered..<count, filter: passing, limit: wanted, into: &best)
        } else {
            best.removeAll()
            segment.scan(code, 0..<count, filter: passing, limit: wanted, into: &best)
        }
        return try segment.rescore(Array(best.takeSorted().prefix(wanted)), query: query, limit: limit)
    }

    /// False when the graph does not lead to enough that passes.
    private func walk(
        _ code: [UInt8], _ current: Current, covered: Int, filter: SlotFilter, wanted: Int,
        into best: inout CandidateHeap
    ) throws -> Bool {
        let graph = current.builder.graph
        let walk = try graph.takeWalk()
        defer { graph.giveBack(walk) }
        return graph.search(
            code, covered: covered, filter: filter, width: max(VectorLimits.walkWidth, wanted),
            budget: VectorLimits.walkBudget, into: &best, walk)
    }

    func exactScores(_ query: [Float], of numbers: [Int64]) throws -> [Int64: Float] {
        try query.checkIsUnit(dimension: dimension)
        guard numbers.count <= VectorLimits.scored else {
            throw HearthError(
                .tooLarge, "The scores of at most \(VectorLimits.scored) passages are computed at once.",
                hint: "Ask for fewer.")
        }
        let segment = segment
        let slots = segment.directory.withLock { directory in numbers.compactMap { directory.slots[$0] } }
        let matches = try segment.rescore(
            slots.map { Candidate(score: 0, slot: $0) }, query: query, limit: slots.count)
        return Dictionary(matches.map { ($0.number, $0.score) }, uniquingKeysWith: { first, _ in first })
    }
}
