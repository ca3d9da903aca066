import Synchronization

/// The decoded chunks used last, up to a number of bytes. Chunks never change and their ids are never used again, so
/// nothing in it can be out of date.
final class ChunkCache: Sendable {
    private struct Entry {
        var columns: ReadingColumns
        var byteCount: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Int64: Entry] = [:]
        var byteCount = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    subscript(id: Int64) -> ReadingColumns? {
        state.withLock { state in
            guard let found = state.entries[id]?.columns else { return nil }
            state.clock += 1
            state.entries[id]?.lastUse = state.clock
            return found
        }
    }

    func insert(_ columns: ReadingColumns, id: Int64) {
        let byteCount = columns.byteCount
        state.withLock { state in
            guard state.entries[id] == nil else { return }
            state.clock += 1
            state.entries[id] = Entry(columns: columns, byteCount: byteCount, lastUse: state.clock)
            state.byteCount += byteCount
            // Some dozen entries at most, so looking through them is cheaper than keeping them in order.
            while state.byteCount > limit, state.entries.count > 1,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.byteCount -= oldest.value.byteCount
                state.entries[oldest.key] = nil
            }
        }
    }

    /// Forgets everything, as erasing a person's readings demands.
    func removeAll() {
        state.withLock { state in
            state.entries = [:]
            state.byteCount = 0
        }
    }
}
