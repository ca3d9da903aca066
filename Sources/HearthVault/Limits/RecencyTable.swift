/// A dictionary of bounded size that drops the entry not used for longest. Every operation takes constant time, so that
/// a flood of new keys costs no more than a flood of old ones.
struct RecencyTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var key: Key
        var value: Value
        var newer: Int?
        var older: Int?
    }

    let capacity: Int
    private var indices: [Key: Int] = [:]
    /// A list through `newer` and `older`. There are no holes: removing moves the last entry into the gap.
    private var entries: [Entry] = []
    private var newest: Int?
    private var oldest: Int?

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    var count: Int { entries.count }

    /// The value of a key, without counting as a use.
    subscript(key: Key) -> Value? { indices[key].map { entries[$0].value } }

    /// Changes the value of `key`, which is `initial` when there is none yet, and counts as a use.
    mutating func update<Result>(_ key: Key, initial: Value, _ body: (inout Value) -> Result) -> Result {
        if let index = indices[key] {
            if index != newest {
                unlink(index)
                link(index)
            }
            return body(&entries[index].value)
        }
        if entries.count == capacity, let oldest { remove(at: oldest) }
        let index = entries.count
        entries.append(Entry(key: key, value: initial))
        indices[key] = index
        link(index)
        return body(&entries[index].value)
    }

    mutating func remove(_ key: Key) {
        if let index = indices[key] { remove(at: index) }
    }

    private mutating func remove(at index: Int) {
        unlink(index)
        indices[entries[index].key] = nil
        let last = entries.removeLast()
        let vacated = entries.count
        guard index != vacated else { return }
        entries[index] = last
        indices[last.key] = index
        if let newer = last.newer { entries[newer].older = index } else { newest = index }
        if let older = last.older { entries[older].newer = index } else { oldest = index }
    }

    private mutating func unlink(_ index: Int) {
        let (newer, older) = (entries[index].newer, entries[index].older)
        if let newer { entries[newer].older = older } else { newest = older }
        if let older { entries[older].newer = newer } else { oldest = newer }
        entries[index].newer = nil
        entries[index].older = nil
    }

    private mutating func link(_ index: Int) {
        entries[index].older = newest
        if let newest { entries[newest].newer = index } else { oldest = index }
        newest = index
    }
}
