import HearthCore

/// A filter in terms of one segment: names are positions in its lists.
struct SlotFilter {
    private let columns: SlotColumns
    private let person: UInt16?
    private let from: Int64
    /// Exclusive.
    private let to: Int64
    private let sources: [UInt16]?
    private let kinds: [UInt16]?
    private let documents: Set<UniqueID>?
    /// Whether every slot in use passes.
    let isEmpty: Bool

    /// Nil when nothing can pass.
    init?(_ filter: VectorFilter, names: SlotNames, columns: SlotColumns) {
        self.columns = columns
        if let id = filter.person {
            guard let index = names.persons[id] else { return nil }
            person = index
        } else {
            person = nil
        }
        if let list = filter.sources {
            let known = Set(list).compactMap { names.sources[$0] }
            guard !known.isEmpty else { return nil }
            sources = known
        } else {
            sources = nil
        }
        from = filter.from?.microseconds ?? .min
        to = filter.to?.microseconds ?? .max
        kinds = filter.kinds.map { Array($0) }
        documents = filter.documents
        guard from < to, documents?.isEmpty != true, kinds?.isEmpty != true else { return nil }
        let isOnlyPerson = person == nil || names.persons.count == 1
        isEmpty =
            isOnlyPerson && sources == nil && kinds == nil && documents == nil && filter.from == nil && filter.to == nil
    }

    /// About which share of the first `count` slots passes, from a sample spread over them.
    func share(of count: Int) -> Double {
        if isEmpty { return 1 }
        let sampled = min(count, VectorLimits.sampled)
        guard sampled > 0 else { return 0 }
        let passing = (0..<sampled).count { passes($0 * count / sampled) }
        return Double(passing) / Double(sampled)
    }

    @inline(__always)
    func passes(_ slot: Int) -> Bool {
        guard columns.isInUse(slot) else { return false }
        if isEmpty { return true }
        if let person, columns.persons[slot] != person { return false }
        let time = columns.timestamps[slot]
        // The last microsecond of all is inside when no end was named.
        guard time >= from, time < to || to == .max else { return false }
        if let sources, !sources.contains(columns.sources[slot]) { return false }
        if let kinds, !kinds.contains(columns.kinds[slot]) { return false }
        if let documents, !documents.contains(columns.documents[slot].id) { return false }
        return true
    }
}

/// Positions that stand for persons and sources in the columns.
struct SlotNames {
    var persons: [UniqueID: UInt16] = [:]
    var sources: [String: UInt16] = [:]
}
