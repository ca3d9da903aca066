import HearthCore
import HearthStore
import Synchronization

/// What the commit writer will say of a frame.
final class FramePromise: Sendable {
    typealias Outcome = Result<[AppendOutcome], HearthError>

    private enum State {
        case open
        case awaited(CheckedContinuation<Outcome, Never>)
        case kept(Outcome)
    }

    private let state = Mutex(State.open)

    /// Called once.
    func keep(_ outcome: Outcome) {
        let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            defer { state = .kept(outcome) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: outcome)
    }

    /// Nil until it is known.
    var outcome: Outcome? {
        state.withLock { state in if case .kept(let outcome) = state { outcome } else { nil } }
    }

    /// Waits for it, whatever becomes of the task: what is on its way to the disk arrives. Asked by one task, once.
    func kept() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state -> Outcome? in
                if case .kept(let outcome) = state { return outcome }
                state = .awaited(continuation)
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }
}
