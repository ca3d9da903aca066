package import HearthCore
import Synchronization

/// Counts what one processor does, since start.
final class ProcessorMeter: Sendable {
    /// From a step that only looks at a number to one that transcribes an hour.
    static let stepBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
    private static let rateSeconds: Int64 = 60

    private struct State {
        var state = ProcessorState.stopped
        var counts = ProcessorCounts()
        var lastError: ProcessorOverview.LastError?
        /// Readings worked by second, the last minute of them.
        var recent: [(second: Int64, count: Int)] = []
    }

    private let state = Mutex(State())

    func enter(_ new: ProcessorState) { state.withLock { $0.state = new } }

    var current: (state: ProcessorState, counts: ProcessorCounts, lastError: ProcessorOverview.LastError?) {
        state.withLock { ($0.state, $0.counts, $0.lastError) }
    }

    func note(_ error: HearthError, at now: Timestamp) {
        state.withLock { $0.lastError = .init(code: error.code, message: error.message, at: now) }
    }

    func step(took duration: Duration, failed: Bool) {
        state.withLock { state in
            state.counts.stepDuration.observe(duration)
            if failed { state.counts.failedSteps += 1 }
        }
    }

    /// - Parameter arrivals: When the readings came in, where they were new: the time from there to now is the latency.
    func commit(worked: Int, failed: Int, arrivals: [Timestamp], at now: Timestamp) {
        let second = now.microseconds.floorDivided(by: 1_000_000)
        state.withLock { state in
            state.counts.worked += UInt64(worked)
            state.counts.failed += UInt64(failed)
            for arrival in arrivals { state.counts.latency.observe(now - arrival) }
            if state.recent.last?.second == second {
                state.recent[state.recent.count - 1].count += worked + failed
            } else {
                state.recent.append((second, worked + failed))
            }
            state.recent.removeAll { $0.second <= second - Self.rateSeconds }
        }
    }

    /// Readings per second over the last minute.
    func rate(at now: Timestamp) -> Double {
        let second = now.microseconds.floorDivided(by: 1_000_000)
        return state.withLock { state in
            let count = state.recent.reduce(0) { $0 + ($1.second > second - Self.rateSeconds ? $1.count : 0) }
            return Double(count) / Double(Self.rateSeconds)
        }
    }
}

/// Counters of a processor since start.
package struct ProcessorCounts: Sendable, Hashable {
    /// Readings whose outputs are stored.
    package var worked: UInt64 = 0
    /// Readings that became dead letters.
    package var failed: UInt64 = 0
    package var failedSteps: UInt64 = 0
    /// From a reading's arrival to its outputs being durable, for new readings.
    package var latency = DurationHistogram(bounds: ProcessorMeter.stepBounds)
    package var stepDuration = DurationHistogram(bounds: ProcessorMeter.stepBounds)

    package init() {}
}
