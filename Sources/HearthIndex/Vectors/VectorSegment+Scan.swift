import CHearthKernels
import Dispatch
import Synchronization

extension VectorSegment {
    /// Slots of which a thread scans at least so many.
    private static let scanPart = 50_000

    /// As `scan`, on several threads where there is enough to do for them. The candidates are the same.
    func scanInParts(
        _ query: [UInt8], _ range: Range<Int>, filter: SlotFilter, limit: Int,
        into best: inout CandidateHeap
    ) {
        let parts = range.count / Self.scanPart
        guard parts > 1 else { return scan(query, range, filter: filter, limit: limit, into: &best) }
        let found = Mutex<[Candidate]>([])
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let first = range.lowerBound + range.count * part / parts
            let end = range.lowerBound + range.count * (part + 1) / parts
            var heap = CandidateHeap(hasBestOnTop: false)
            scan(query, first..<end, filter: filter, limit: limit, into: &heap)
            let candidates = heap.takeSorted()
            found.withLock { $0 += candidates }
        }
        for candidate in found.withLock({ $0 }) { best.push(candidate, keeping: limit) }
    }

    /// Slots whose scores are computed before they are looked at: they stay in the nearest cache.
    private static let scanBlock = 1024

    /// Puts the best `limit` of the slots in `range` that pass into `best`, by the inner product of codes.
    func scan(
        _ query: UnsafePointer<UInt8>, _ range: Range<Int>, filter: SlotFilter, limit: Int,
        into best: inout CandidateHeap
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.scanBlock) { scores in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.scanBlock) { slots in
                // Both have Self.scanBlock elements, so they have a base.
                let scores = scores.baseAddress!, slots = slots.baseAddress!
                for first in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.scanBlock) {
                    let count = min(Self.scanBlock, range.upperBound - first)
                    if filter.isEmpty {
                        hearth_scan_codes(query, codes.bytes, dimension, first, count, scores)
                        for index in 0..<count where best.count < limit || scores[index] >= best.top.score {
                            guard columns.isInUse(first + index) else { continue }
                            best.push(Candidate(score: scores[index], slot: UInt32(first + index)), keeping: limit)
                        }
                    } else {
                        var passing = 0
                        for slot in first..<(first + count) where filter.passes(slot) {
                            slots[passing] = UInt32(slot)
                            passing += 1
                        }
                        hearth_gather_codes(query, codes.bytes, dimension, slots, passing, scores)
                        for index in 0..<passing {
                            best.push(Candidate(score: scores[index], slot: slots[index]), keeping: limit)
                        }
                    }
                }
            }
        }
    }

    /// The exact inner products of the candidates, best first; equal ones in order of numbers.
    func rescore(_ candidates: [Candidate], query: [Float], limit: Int) throws -> [VectorMatch] {
        var vector = [Float](repeating: 0, count: dimension)
        var matches: [VectorMatch] = []
        matches.reserveCapacity(candidates.count)
        for candidate in candidates {
            let slot = Int(candidate.slot)
            try vector.withUnsafeMutableBufferPointer { try readVector(slot, into: $0) }
            matches.append(
                VectorMatch(
                    number: columns.numbers[slot], document: columns.documents[slot].id,
                    score: hearth_dot(query, vector, dimension)))
        }
        matches.sort { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
        return Array(matches.prefix(limit))
    }
}
