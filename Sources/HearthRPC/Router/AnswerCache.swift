import FoundationEssentials
import HearthCore
import OrderedCollections
import SwiftProtobuf
import Synchronization

/// Answers that may be given again, each to the caller it was made for: what one may see, another may not.
final class AnswerCache: Sendable {
    struct Key: Hashable, Sendable {
        var kind: String
        var caller: UniqueID
        /// Serialized, members in a fixed order.
        var payload: Data
    }

    struct Entry: Sendable {
        var service: String
        var payload: Google_Protobuf_Struct
        var madeAt: ContinuousClock.Instant
        var goodUntil: ContinuousClock.Instant
        fileprivate var bytes: Int

        init(
            service: String, payload: Google_Protobuf_Struct, madeAt: ContinuousClock.Instant, lifetime: Duration
        ) {
            self.service = service
            self.payload = payload
            self.madeAt = madeAt
            goodUntil = madeAt + lifetime
            bytes = 0
        }
    }

    struct Statistics: Sendable {
        var entries = 0
        var bytes = 0
        var hits = 0
        var misses = 0
    }

    static let maximumEntries = 512
    static let maximumBytes = 8 << 20
    /// One answer larger than this is not kept.
    static let maximumEntryBytes = 256 << 10

    private struct State {
        /// Longest unused first.
        var entries: OrderedDictionary<Key, Entry> = [:]
        var statistics = Statistics()

        mutating func remove(_ key: Key) {
            guard let entry = entries.removeValue(forKey: key) else { return }
            statistics.bytes -= entry.bytes
        }
    }

    private let state = Mutex(State())

    var statistics: Statistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.entries = state.entries.count
            return statistics
        }
    }

    /// The answer, if it is at hand and was made by the service that is asked now.
    func entry(_ key: Key, of service: String, at now: ContinuousClock.Instant) -> Entry? {
        state.withLock { state in
            guard let entry = state.entries[key], entry.service == service, now < entry.goodUntil else {
                state.remove(key)
                state.statistics.misses += 1
                return nil
            }
            state.statistics.hits += 1
            state.entries.removeValue(forKey: key)
            state.entries[key] = entry
            return entry
        }
    }

    func keep(_ entry: Entry, for key: Key) {
        var entry = entry
        guard let size = try? entry.payload.serializedData().count, size <= Self.maximumEntryBytes else { return }
        entry.bytes = size + key.payload.count
        state.withLock { state in
            state.remove(key)
            state.entries[key] = entry
            state.statistics.bytes += entry.bytes
            while state.entries.count > Self.maximumEntries || state.statistics.bytes > Self.maximumBytes,
                let oldest = state.entries.keys.first
            {
                state.remove(oldest)
            }
        }
    }

    /// Forgets what a service said.
    func forget(_ service: String) {
        state.withLock { state in
            for (key, entry) in state.entries where entry.service == service { state.remove(key) }
        }
    }
}
