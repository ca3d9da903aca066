package import HearthCore

/// Decides how much is stored at once and how long the spool rests in between, so that devices that send live do not
/// notice it and a rate is kept. Without input or output: times are handed in.
package struct SpoolPace: Sendable {
    package struct Step: Sendable, Hashable {
        package var readings: Int
        package var pause: Duration

        package init(readings: Int, pause: Duration) {
            self.readings = readings
            self.pause = pause
        }
    }

    private let limits: SpoolLimits
    private let readingsPerSecond: Int
    private var liveCalls: Int?
    private var lastLive: ContinuousClock.Instant?
    /// When the readings stored so far are due at the rate.
    private var due: ContinuousClock.Instant?

    package init(settings: SpoolSettings, limits: SpoolLimits) {
        self.limits = limits
        readingsPerSecond = settings.readingsPerSecond
    }

    /// - Parameters:
    ///   - liveCalls: Calls that others had committed since start.
    ///   - waitingRows: Rows of others that wait for a transaction.
    ///   - stored: Readings of the portion that was stored last, and how long it took.
    package mutating func next(
        liveCalls calls: Int, waitingRows: Int, stored: Int, took: Duration, at now: ContinuousClock.Instant
    ) -> Step {
        if let liveCalls, calls != liveCalls { lastLive = now }
        if waitingRows > 0 { lastLive = now }
        liveCalls = calls
        let isLive = lastLive.map { now - $0 < limits.livePatience } ?? false
        var step = Step(
            readings: isLive ? limits.liveReadings : limits.portionReadings,
            pause: isLive ? took * limits.livePause : .zero)
        guard readingsPerSecond > 0 else { return step }
        // At most a quarter of a second's readings at once, or a slow rate would come in large steps.
        step.readings = max(1, min(step.readings, readingsPerSecond / 4))
        let share = Duration.seconds(1) * stored / readingsPerSecond
        // Time that was lost is not made up for: else a pause would be followed by a flood.
        let start = max(due ?? now, now - took)
        let end = start + share
        due = end
        step.pause = max(step.pause, end - now)
        return step
    }
}
