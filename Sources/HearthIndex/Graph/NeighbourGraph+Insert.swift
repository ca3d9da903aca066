import CHearthKernels
import Synchronization

extension NeighbourGraph {
    /// Links a slot with its neighbours. Once per slot.
    func insert(_ slot: UInt32, _ walk: GraphWalk) throws {
        let level = Self.level(of: slot)
        if level > 0 { try reserveLists(slot, level) }
        let begin = top.withLock { top -> Top? in
            if top.level >= 0 { return top }
            top.entry = slot
            top.level = level
            return nil
        }
        guard let begin else { return }
        let query = code(slot)
        var nearest = Candidate(score: score(query, begin.entry), slot: begin.entry)
        for layer in stride(from: begin.level, to: level, by: -1) {
            nearest = descend(query, from: nearest, layer: layer, walk)
        }
        for layer in stride(from: min(level, begin.level), through: 0, by: -1) {
            let candidates = beam(query, from: nearest, layer: layer, width: Self.constructionWidth, walk)
                .filter { $0.slot != slot }
            guard let best = candidates.first else { continue }
            nearest = best
            let chosen = choose(candidates, limit: Self.links)
            connect(slot, to: chosen, layer: layer)
            for neighbour in chosen {
                connect(
                    neighbour.slot, to: [Candidate(score: neighbour.score, slot: slot)], layer: layer)
            }
        }
        top.withLock { top in
            guard level > top.level else { return }
            top.entry = slot
            top.level = level
        }
    }

    private func reserveLists(_ slot: UInt32, _ level: Int) throws {
        let length = 1 + level * Self.upperList
        let place = try top.withLock { top in
            guard top.upperEnd + length <= upper.capacity else {
                throw IndexDamage("graph: more upper layers than chance allows")
            }
            defer { top.upperEnd += length }
            return top.upperEnd
        }
        upper[place] = UInt32(level)
        hearth_store_releasing(upperPlaces.base + Int(slot), UInt32(place))
    }

    /// The nearest `width` slots that a walk through one layer comes to, best first.
    private func beam(
        _ query: UnsafePointer<UInt8>, from start: Candidate, layer: Int, width: Int, _ walk: GraphWalk
    ) -> [Candidate] {
        walk.begin()
        _ = walk.enter(start.slot)
        walk.open.push(start)
        walk.found.push(start)
        while walk.open.count > 0 {
            let next = walk.open.pop()
            if walk.found.count >= width, next.score < walk.found.top.score { break }
            let count = meetNeighbours(of: next.slot, layer: layer, query: query, walk)
            for index in 0..<count {
                let candidate = Candidate(score: walk.scores[index], slot: walk.slots[index])
                guard walk.found.count < width || candidate.score > walk.found.top.score else { continue }
                walk.open.push(candidate)
                walk.found.push(candidate, keeping: width)
            }
        }
        return walk.found.takeSorted()
    }

    /// The paper's heuristic: a candidate is taken unless it is nearer to one taken before than to where the links begin.
    /// So links lead in different directions.
    func choose(_ candidates: [Candidate], limit: Int) -> [Candidate] {
        guard candidates.count > limit else { return candidates }
        var chosen: [Candidate] = []
        chosen.reserveCapacity(limit)
        for candidate in candidates {
            if chosen.count == limit { break }
            let code = code(candidate.slot)
            if chosen.allSatisfy({ score(code, $0.slot) <= candidate.score }) { chosen.append(candidate) }
        }
        return chosen
    }

    /// Adds links to a slot's list; when it is full the best of all stay.
    private func connect(_ slot: UInt32, to added: [Candidate], layer: Int) {
        let limit = layer == 0 ? Self.maximumLinks : Self.links
        locks.withLock(of: slot) {
            let list = list(slot, layer)
            let count = Int(hearth_load(list))
            let present = (0..<count).map { hearth_load(list + 1 + $0) }
            let new = added.filter { !present.contains($0.slot) }
            if count + new.count <= limit {
                for (index, candidate) in new.enumerated() { hearth_store(list + 1 + count + index, candidate.slot) }
                hearth_store_releasing(list, UInt32(count + new.count))
                return
            }
            var scores = [Float](repeating: 0, count: count)
            hearth_gather_codes(code(slot), segment.codes.bytes, segment.dimension, present, count, &scores)
            let all = new + zip(scores, present).map { Candidate(score: $0.0, slot: $0.1) }
            let kept = choose(all.sorted(by: Candidate.isBetter), limit: limit)
            // A reader sees old and new links mixed: all of them are inserted slots.
            for (index, candidate) in kept.enumerated() { hearth_store(list + 1 + index, candidate.slot) }
            hearth_store_releasing(list, UInt32(kept.count))
        }
    }
}
