import Synchronization

/// Lets many in at once, or one alone. Whoever wants to be alone waits for those inside, and those who come later wait for
/// them.
final class SharedGate: Sendable {
    private struct State {
        var inside = 0
        var isTaken = false
        var waitingAlone: [CheckedContinuation<Void, Never>] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func shared<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                if state.isTaken || !state.waitingAlone.isEmpty {
                    state.waiting.append(continuation)
                    return false
                }
                state.inside += 1
                return true
            }
            if enters { continuation.resume() }
        }
        defer { leave() }
        return try await body()
    }

    func alone<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> Value {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                if state.isTaken || state.inside > 0 {
                    state.waitingAlone.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if enters { continuation.resume() }
        }
        defer { leaveAlone() }
        return try await body()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.inside -= 1
            guard state.inside == 0, !state.waitingAlone.isEmpty else { return nil }
            state.isTaken = true
            return state.waitingAlone.removeFirst()
        }
        next?.resume()
    }

    /// Those who waited meanwhile come first, so that a row of loners cannot keep them out for ever.
    private func leaveAlone() {
        let next = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isTaken = false
            if !state.waiting.isEmpty {
                let next = state.waiting
                state.waiting = []
                state.inside += next.count
                return next
            }
            guard !state.waitingAlone.isEmpty else { return [] }
            state.isTaken = true
            return [state.waitingAlone.removeFirst()]
        }
        for continuation in next { continuation.resume() }
    }
}
