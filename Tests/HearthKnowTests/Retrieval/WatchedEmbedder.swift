import HearthInference
import Synchronization

/// A hashing embedder that notes for whom it worked. The bulk call of a given number never ends, unless it is cancelled.
final class WatchedEmbedder: TextEmbedder {
    private struct State {
        var priorities: [EmbeddingPriority] = []
        var bulkCalls = 0
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let hashing = HashingEmbedder()
    private let held: Int?
    private let state = Mutex(State())

    /// - Parameter held: Number of the bulk call that never ends, from 1.
    init(holdingBulkCall held: Int? = nil) { self.held = held }

    var name: String { hashing.name }
    var dimension: Int { hashing.dimension }
    var priorities: [EmbeddingPriority] { state.withLock { $0.priorities } }

    func embed(_ texts: [String]) async throws -> [[Float]] { try await embed(texts, priority: .bulk) }

    func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]] {
        let number = state.withLock { state in
            state.priorities.append(priority)
            if priority == .bulk { state.bulkCalls += 1 }
            return priority == .bulk ? state.bulkCalls : nil
        }
        if let number, number == held {
            let waiting = state.withLock { state in
                state.isHeld = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        return try await hashing.embed(texts)
    }

    /// Returns when the call that never ends has begun.
    func waitForHeldCall() async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if !state.isHeld { state.waiting.append(continuation) }
                return state.isHeld
            }
            if isHeld { continuation.resume() }
        }
    }
}
