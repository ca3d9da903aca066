package import HearthCore
import Synchronization

/// Ends a program between two of its writes: from the chosen write on, every write of the stores that follow this plan
/// fails and changes nothing, as after a kill. What was written before stays.
package final class CrashPlan: Sendable {
    private struct State {
        var left: Int?
        var isDead = false
    }

    private let state = Mutex(State())

    package init() {}

    /// - Parameter write: 0: the next one.
    package func crash(before write: Int) {
        state.withLock { $0 = State(left: write) }
    }

    /// Lets the next program live.
    package func revive() { state.withLock { $0 = State() } }

    package var hasCrashed: Bool { state.withLock { $0.isDead } }

    /// Called by stores before each write.
    func pass() throws {
        let isDead = state.withLock { state in
            if let left = state.left {
                if left == 0 { state.isDead = true }
                state.left = left - 1
            }
            return state.isDead
        }
        if isDead { throw HearthError(.storageFailed, "The program was killed.", disposition: .retry) }
    }
}
