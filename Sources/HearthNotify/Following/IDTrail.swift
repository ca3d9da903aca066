import HearthCore
import HearthStore
import Synchronization

/// Follows things that are named by ids which begin with a time. They are stored in another order than they are named, when two
/// are stored at once: so the mark stays behind the window in which that can happen, every look begins at the mark, and what
/// lies beyond it and was told is remembered.
final class IDTrail: Sendable {
    /// Longer than anything takes from getting its id to being stored.
    static let window = Duration.seconds(60)
    /// Of each list, in one look.
    static let pageSize = 200

    private struct State {
        /// Told by this process, and beyond the mark.
        var told: Set<UniqueID> = []
        /// Where the last look was cut; nil: it saw everything.
        var cut: UniqueID?
    }

    /// Names the mark.
    private let name: String
    private let state = Mutex(State())

    init(_ name: String) { self.name = name }

    /// Before every id that is made from `time` on.
    static func bound(_ time: Timestamp) -> UniqueID {
        UniqueID(high: UInt64(max(0, time.microseconds.floorDivided(by: 1000))) << 16, low: 0)
    }

    /// One look: at most a page of each list.
    ///
    /// - Parameters:
    ///   - place: The mark: what came up to there was told, and nothing more can come there.
    ///   - page: Of one list, what comes after an id, by id; at most `pageSize`.
    /// - Throws: `storage-failed` for a mark that is none; what `page` throws.
    func look<List: Sendable, Thing: Sendable>(
        after place: String, at now: Timestamp, in lists: [List],
        id: (Thing) -> UniqueID, page: (List, UniqueID) async throws -> [Thing], event: (Thing) -> LifecycleEvent
    ) async throws -> EventHarvest {
        guard let mark = UniqueID(place) else {
            throw HearthError(.storageFailed, "The mark of \(name) is no id.", disposition: .defect)
        }
        // Read before the lists: what is older than this and not in them will not come any more.
        let settled = Self.bound(now - Self.window)
        let before = state.withLock { $0 }
        let start = max(before.cut ?? mark, mark)
        var things: [Thing] = []
        // Behind it, a list that filled its page may have more.
        var cut: UniqueID?
        for list in lists {
            let found = try await page(list, start)
            if found.count >= Self.pageSize, let last = found.last.map(id) { cut = min(cut ?? last, last) }
            things += found
        }
        if let cut { things.removeAll { id($0) > cut } }
        things.sort { id($0) < id($1) }
        let seen = cut ?? things.last.map(id) ?? start
        let next = max(mark, min(seen, settled))
        let news = things.filter { !before.told.contains(id($0)) }
        let after = State(told: before.told.union(news.map(id)).filter { $0 > next }, cut: cut)
        return EventHarvest(events: news.map(event), place: next.description, isMore: cut != nil) {
            self.state.withLock { $0 = after }
        }
    }
}
