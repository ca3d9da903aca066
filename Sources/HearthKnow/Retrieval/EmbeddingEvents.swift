import HearthCore
import HearthIngest
import HearthStore
import Synchronization

/// Tells when work on passages that wait for their vectors begins, and when none waits any more: once for each stretch of
/// work, however many batches it takes.
final class EmbeddingEvents: Sendable {
    private enum Stretch {
        /// Nothing was seen yet: an earlier run may have ended between its last batch and the event.
        case unknown
        case working
        case idle
    }

    private let bus: EventBus
    private let model: String
    private let time: any TimeSource
    private let stretch = Mutex(Stretch.unknown)

    init(bus: EventBus, model: String, time: any TimeSource) {
        self.bus = bus
        self.model = model
        self.time = time
    }

    /// Before the first batch of a stretch is worked: killed then, the index is where it was, and the key is the same.
    /// - Parameters:
    ///   - sequence: Up to which changes of the library the index goes.
    ///   - waiting: Changes beyond it.
    func start(after sequence: Int64, waiting: Int64) async throws {
        guard stretch.withLock({ $0 != .working }) else { return }
        try await announce(
            .embedStart, sequence, ["model": .string(model), "waiting_changes": .integer(waiting)])
        stretch.withLock { $0 = .working }
    }

    /// When the index has followed every change.
    func done(through sequence: Int64, vectors: Int) async throws {
        guard stretch.withLock({ $0 != .idle }) else { return }
        // An index that never held anything was never worked on.
        if sequence > 0 {
            try await announce(.embedDone, sequence, ["model": .string(model), "vectors": .integer(Int64(vectors))])
        }
        stretch.withLock { $0 = .idle }
    }

    private func announce(_ kind: EventKind, _ sequence: Int64, _ data: JSONValue) async throws {
        let now = time.now()
        try await bus.announce(
            LifecycleEvent(
                id: .random(at: now), kind: kind, key: "\(kind)/\(model)/\(sequence)", order: "embed", time: now,
                data: data))
    }
}
