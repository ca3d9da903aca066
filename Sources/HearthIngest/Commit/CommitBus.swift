import Synchronization

/// Tells those who wait that streams have new readings, after they are durable. It says that there is something, not what:
/// who was told looks into the store, and a listener that is slow hears of many commits once.
package final class CommitBus: Sendable {
    private struct Listener {
        var streams: Set<String>
        var wake: @Sendable () -> Void
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes whoever listens for one of these streams.
    package func announce(_ streams: some Sequence<String>) {
        let names = Set(streams)
        if names.isEmpty { return }
        let woken = state.withLock { state in
            state.listeners.values.filter { !$0.streams.isDisjoint(with: names) }.map(\.wake)
        }
        for wake in woken { wake() }
    }

    /// Calls `wake` after each commit to one of these streams, until `forget`. It must return at once.
    /// - Returns: the number of the listener.
    package func listen(to streams: Set<String>, wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.lastNumber += 1
            state.listeners[state.lastNumber] = Listener(streams: streams, wake: wake)
            return state.lastNumber
        }
    }

    package func forget(_ listener: Int) { state.withLock { $0.listeners[listener] = nil } }
}
