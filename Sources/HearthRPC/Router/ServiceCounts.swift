import HearthProtocols
import Synchronization

/// Counts the calls of one service. Every call holds the counts that it began with, so that one that ends after its service
/// is gone does not count for a successor of the same name.
final class ServiceCounts: Sendable {
    private struct State {
        var calls: UInt64 = 0
        var failures: UInt64 = 0
        var inFlight: UInt32 = 0
    }

    private let state = Mutex(State())

    func begin() {
        state.withLock { state in
            state.calls += 1
            state.inFlight += 1
        }
    }

    /// Of a call that began here.
    func end(isFailure: Bool) {
        state.withLock { state in
            state.inFlight -= 1
            if isFailure { state.failures += 1 }
        }
    }

    func fill(_ service: inout Router_V1_Service) {
        let state = state.withLock { $0 }
        service.calls = state.calls
        service.failures = state.failures
        service.inFlight = state.inFlight
    }
}
