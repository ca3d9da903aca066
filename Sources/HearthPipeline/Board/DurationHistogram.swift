/// Durations counted by size.
package struct DurationHistogram: Sendable, Hashable {
    /// Upper bounds in seconds, ascending.
    package let bounds: [Double]
    /// Up to each bound, then all of them.
    package private(set) var cumulative: [UInt64]
    /// In seconds.
    package private(set) var sum = 0.0

    package init(bounds: [Double]) {
        self.bounds = bounds
        cumulative = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    package mutating func observe(_ duration: Duration) {
        let seconds = max(duration / .seconds(1), 0)
        sum += seconds
        for (index, bound) in bounds.enumerated() where seconds <= bound { cumulative[index] += 1 }
        cumulative[bounds.count] += 1
    }
}
