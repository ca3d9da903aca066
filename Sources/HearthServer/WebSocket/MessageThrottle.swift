/// Holds one socket to so many messages per second in the long run, by not reading on: nothing is lost.
struct MessageThrottle {
    private let perSecond: Double
    /// What may still come; falls below zero when one read brought more.
    private var allowance: Double
    private var time: ContinuousClock.Instant

    init(perSecond: Double, now: ContinuousClock.Instant) {
        self.perSecond = perSecond
        allowance = perSecond
        time = now
    }

    mutating func count() { allowance -= 1 }

    /// How long to wait before reading again; nil: not at all.
    mutating func wait(at now: ContinuousClock.Instant) -> Duration? {
        let (seconds, attoseconds) = (now - time).components
        allowance = min(perSecond, allowance + (Double(seconds) + Double(attoseconds) * 1e-18) * perSecond)
        time = now
        return allowance > 0 ? nil : .seconds(-allowance / perSecond) + .milliseconds(1)
    }
}
