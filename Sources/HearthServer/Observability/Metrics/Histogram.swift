import Synchronization

/// Counts durations by size: one counter for each bound, without locks.
package final class Histogram: @unchecked Sendable {  // The bounds never change, and the counters are atomic.
    /// Upper bounds in seconds, ascending.
    package let bounds: [Double]
    /// One more than bounds: the last has no bound.
    private let counters: UnsafeMutablePointer<Atomic<UInt64>>
    private let nanoseconds = Atomic<UInt64>(0)

    /// From a fraction of a millisecond, which a request without the disk takes, to ten seconds.
    package static let requestBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    package init(bounds: [Double] = requestBounds) {
        self.bounds = bounds
        counters = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count { (counters + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counters.deinitialize(count: bounds.count + 1)
        counters.deallocate()
    }

    /// - Parameter count: How many things took as long.
    package func observe(_ duration: Duration, count: Int = 1) {
        let (whole, attoseconds) = duration.components
        let each = UInt64(clamping: whole) &* 1_000_000_000 &+ UInt64(clamping: attoseconds / 1_000_000_000)
        nanoseconds.wrappingAdd(each &* UInt64(clamping: count), ordering: .relaxed)
        let seconds = Double(whole) + Double(attoseconds) * 1e-18
        let index = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        counters[index].wrappingAdd(UInt64(clamping: count), ordering: .relaxed)
    }

    package struct Snapshot: Sendable, Hashable {
        /// Observations up to each bound, then all of them.
        package var cumulative: [UInt64]
        /// In seconds.
        package var sum: Double
    }

    package var snapshot: Snapshot {
        var cumulative: [UInt64] = []
        var total: UInt64 = 0
        for index in 0...bounds.count {
            total += counters[index].load(ordering: .relaxed)
            cumulative.append(total)
        }
        return Snapshot(cumulative: cumulative, sum: Double(nanoseconds.load(ordering: .relaxed)) / 1e9)
    }
}
