import HearthCore
import Synchronization

/// Things named by ids that begin with a time are stored in another order than they are named, when two are stored at once:
/// each look goes a little back, and tells what it has not told yet.
final class RecentIDs: Sendable {
    /// Longer than anything takes from getting its id to being stored.
    static let window = Duration.seconds(60)

    private let told = Mutex<Set<UniqueID>>([])

    /// Where to look from: the window before the last thing that was told.
    static func start(_ place: String) -> UniqueID {
        guard let last = UniqueID(place) else { return UniqueID(high: 0, low: 0) }
        return bound(milliseconds: Int64(last.high >> 16) - window.microseconds / 1000)
    }

    /// Before every id that is made from `time` on.
    static func bound(_ time: Timestamp) -> UniqueID {
        bound(milliseconds: time.microseconds.floorDivided(by: 1000))
    }

    private static func bound(milliseconds: Int64) -> UniqueID {
        UniqueID(high: UInt64(max(0, milliseconds)) << 16, low: 0)
    }

    /// Those of these that were not told by this process.
    func news(among ids: [UniqueID]) -> Set<UniqueID> { told.withLock { Set(ids).subtracting($0) } }

    /// - Parameter place: Behind it; what is older than its window is not remembered.
    func note(_ ids: Set<UniqueID>, place: String) {
        let start = Self.start(place)
        told.withLock { told in told = told.union(ids).filter { $0 > start } }
    }
}
