/// Keeps a target that is down from being called again and again: after some failures in a row nothing goes out for a while,
/// then one try tells whether it is back; while it is not, the pauses double.
package struct CircuitBreaker: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Everything goes out.
        case closed
        /// Nothing does.
        case open
        /// One try is under way or may go out.
        case probing
    }

    package struct Policy: Sendable, Hashable {
        package var failures = 5
        package var firstPause = Duration.seconds(30)
        package var longestPause = Duration.seconds(900)

        package init() {}
    }

    private let policy: Policy
    /// In a row.
    package private(set) var failures = 0
    private var openings = 0
    private var opensAgain: ContinuousClock.Instant?
    private var isProbing = false

    package init(policy: Policy = Policy()) { self.policy = policy }

    package func state(at now: ContinuousClock.Instant) -> State {
        guard let opensAgain else { return .closed }
        return isProbing || now >= opensAgain ? .probing : .open
    }

    /// How long nothing may go out; nil: a try may begin. Ask `begin` before it does.
    package func wait(at now: ContinuousClock.Instant) -> Duration? {
        guard let opensAgain else { return nil }
        if now < opensAgain { return opensAgain - now }
        // Its end wakes whoever waits for it; this is for safety.
        return isProbing ? policy.firstPause : nil
    }

    package mutating func begin() { if opensAgain != nil { isProbing = true } }

    /// Nothing was learned about the target.
    package mutating func cancelled() { isProbing = false }

    package mutating func succeeded() { self = CircuitBreaker(policy: policy) }

    package mutating func failed(at now: ContinuousClock.Instant) {
        failures += 1
        isProbing = false
        guard failures >= policy.failures else { return }
        // Tries that were under way when it opened do not lengthen the pause.
        if let opensAgain, now < opensAgain { return }
        let pause = min(policy.longestPause, policy.firstPause * (1 << min(openings, 16)))
        openings += 1
        opensAgain = now + pause
    }
}
