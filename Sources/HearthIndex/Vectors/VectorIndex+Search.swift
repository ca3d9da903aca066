import CHearthKernels
import HearthCore
import Synchronization

extension VectorIndex {
    func matches(_ query: [Float], limit: Int, filter: VectorFilter) throws -> [VectorMatch] {
        let current = now
        let nearest = try nearestByCode(query, limit: limit, filter: filter, in: current)
        return try current.segment.rescore(nearest, query: query, limit: limit)
    }

    func candidateNumbers(_ query: [Float], limit: Int, filter: VectorFilter) throws -> [Int64] {
        let current = now
        return try nearestByCode(query, limit: limit, filter: filter, in: current).map {
            current.segment.columns.numbers[Int($0.slot)]
        }
    }

    /// More slots than `limit`, so that the nearest by exact scores are among them.
    private func nearestByCode(
        _ query: [Float], limit: Int, filter: VectorFilter, in current: Current
    ) throws -> [Candidate] {
        try query.checkIsUnit(dimension: dimension)
        guard (1...VectorLimits.matches).contains(limit) else {
            throw HearthError(
                .invalidValue, "A search gives 1 to \(VectorLimits.matches) matches, not \(limit).",
                hint: "Ask for another number.")
        }
        let segment = current.segment
        // Before the count, so that the graph covers no slot that is not counted.
        let covered = current.builder.covered
        let (count, names) = segment.directory.withLock { ($0.count, $0.names) }
        guard let passing = SlotFilter(filter, names: names, columns: segment.columns), count > 0 else { return [] }
        var code = [UInt8](repeating: 0, count: segment.stride)
        hearth_encode(query, dimension, &code)
        let wanted = max(
            VectorLimits.rescored, min(VectorLimits.rescoredPerMatch * limit, limit + VectorLimits.rescoredBeyond))
        var best = CandidateHeap(hasBestOnTop: false)
        if count - covered <= VectorLimits.scannedTail, covered >= options.graphThreshold,
            passing.share(of: covered) >= VectorLimits.walkShare,
            try walk(code, current, covered: covered, filter: passing, wanted: wanted, into: &best)
        {
            segment.scan(code, covered..<count, filter: passing, limit: wanted, into: &best)
        } else {
            best.removeAll()
            segment.scanInParts(code, 0..<count, filter: passing, limit: wanted, into: &best)
        }
        return Array(best.takeSorted().prefix(wanted))
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
}
