package import HearthCore
import Synchronization

/// Sees to it that nothing comes back which is erased: what is made of a person's data is stored beside other such writes, an
/// erasure by itself. Who looks whether the source is still there does so inside, and can rely on it until it has written.
package final class ErasureGate: Sendable {
    private struct State {
        var writers = 0
        var isErasing = false
        var waitingWriters: [CheckedContinuation<Void, Never>] = []
        var waitingErasures: [CheckedContinuation<Void, Never>] = []
        var counts: [UniqueID: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// How many erasures of a person's data have begun since the start.
    package func erasures(of person: UniqueID) -> Int { state.withLock { $0.counts[person, default: 0] } }

    /// Stores what was made of somebody's data. Must not be called inside itself.
    package func store<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await enter()
        defer { leave() }
        return try await body()
    }

    /// Erases a person's data after the writes under way, before those that come.
    package func erase<Value>(_ person: UniqueID, _ body: () async throws -> Value) async rethrows -> Value {
        await enterAlone(person)
        defer { leaveAlone() }
        return try await body()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                // Erasures that wait come first, or they would wait as long as there is work.
                if state.isErasing || !state.waitingErasures.isEmpty {
                    state.waitingWriters.append(continuation)
                    return false
                }
                state.writers += 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func enterAlone(_ person: UniqueID) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                state.counts[person, default: 0] += 1
                if state.isErasing || state.writers > 0 {
                    state.waitingErasures.append(continuation)
                    return false
                }
                state.isErasing = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.writers -= 1
            guard state.writers == 0, !state.waitingErasures.isEmpty else { return nil }
            state.isErasing = true
            return state.waitingErasures.removeFirst()
        }
        next?.resume()
    }

    private func leaveAlone() {
        let next = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            if !state.waitingErasures.isEmpty { return [state.waitingErasures.removeFirst()] }
            state.isErasing = false
            state.writers = state.waitingWriters.count
            defer { state.waitingWriters = [] }
            return state.waitingWriters
        }
        for continuation in next { continuation.resume() }
    }
}

extension HearthError {
    /// What was to be stored was made of data that are erased.
    static func erasedMeanwhile(_ what: String) -> HearthError {
        HearthError(.conflict, "\(what) was erased while this was being worked.", hint: "Send it again to keep it.")
    }
}
