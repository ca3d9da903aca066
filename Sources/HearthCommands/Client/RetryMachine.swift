import HearthCore

/// Decides whether a failed call is worth another try, and when. Doubles its waits up to a bound, with a random part so
/// that many clients do not come back at once; what the server asks for counts more.
struct RetryMachine: Sendable {
    enum Decision: Sendable, Hashable {
        case wait(Duration)
        case giveUp
    }

    /// Tries after the first.
    var limit: Int
    var firstWait: Duration = .milliseconds(250)
    var longestWait: Duration = .seconds(30)
    private(set) var failures = 0

    init(limit: Int) { self.limit = limit }

    /// - Parameter random: From 0 to 1.
    mutating func failed(_ error: HearthError, random: Double) -> Decision {
        guard error.disposition == .retry, failures < limit else { return .giveUp }
        let doubled = firstWait * (1 << min(failures, 20))
        failures += 1
        let bounded = min(doubled, longestWait)
        // Half of the wait is certain, half is drawn.
        let drawn = bounded * (0.5 + 0.5 * random)
        return .wait(max(drawn, error.retryAfter ?? .zero))
    }

    /// Something worked: the next failure starts over.
    mutating func succeeded() { failures = 0 }
}
