import Synchronization

/// What background work sleeps on: rung when there is more to do, by people and by its own timer. Ringing while nobody sleeps is remembered.
package final class Alarm: Sendable {
    /// How loud it rings. Someone who waits out a failure is woken by people, not by more work.
    package enum Loudness: Sendable { case work, person }

    private struct State {
        var rung: Loudness?
        var isPatient = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let clock: any Clock<Duration>
    private let state = Mutex(State())

    package init(clock: any Clock<Duration>) { self.clock = clock }

    package func ring(_ loudness: Loudness) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.rung != .person { state.rung = loudness }
            if state.isPatient, loudness == .work { return nil }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Sleeps until it rings, or for so long, or until the task is cancelled.
    /// - Parameter isPatient: Sleeps on through `.work`.
    package func sleep(atMost duration: Duration, isPatient: Bool = false) async {
        let timer = Task {
            try await clock.sleep(for: duration)
            wake()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.rung == .person || state.rung == .work && !isPatient { return true }
                    state.isPatient = isPatient
                    state.sleeper = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer.cancel()
        state.withLock { state in
            // Work that was announced during a patient sleep is still to be looked at.
            if !isPatient || state.rung == .person { state.rung = nil }
            state.isPatient = false
        }
    }

    private func wake() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }
}
