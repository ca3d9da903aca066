import HearthCore

/// Folds readings into the buckets of an aggregation, in any order of time.
///
/// Drivers feed each device's readings in order of position, and devices in order of their ids; then equal data gives
/// equal results to the last bit, however it is stored.
package struct Aggregator: Sendable {
    private struct Accumulator: Sendable {
        var count = 0
        var sum = 0.0
        /// What `sum` lost to rounding (Neumaier 1974, the variant of Kahan's sum that also survives large addends).
        var compensation = 0.0
        var minimum = 0.0
        var maximum = 0.0
        var first = 0.0
        var firstTime: Int64 = 0
        var last = 0.0
        var lastTime: Int64 = 0

        @inline(__always)
        mutating func add(_ value: Double, at time: Int64) {
            if count == 0 {
                (minimum, maximum, first, last) = (value, value, value, value)
                (firstTime, lastTime) = (time, time)
            } else {
                if value < minimum { minimum = value }
                if value > maximum { maximum = value }
                if time < firstTime { (first, firstTime) = (value, time) }
                if time >= lastTime { (last, lastTime) = (value, time) }
            }
            count += 1
            let total = sum + value
            compensation += abs(sum) >= abs(value) ? (sum - total) + value : (value - total) + sum
            sum = total
        }

        var summary: AggregationBucket.Summary {
            // A sum beyond the range of doubles has no meaningful compensation.
            AggregationBucket.Summary(
                count: count, sum: sum.isFinite ? sum + compensation : sum, minimum: minimum, maximum: maximum,
                first: first, last: last)
        }
    }

    private let columnCount: Int
    private let isSingle: Bool
    private var buckets: TimeBuckets
    private var indexes: [Int64: Int] = [:]
    private var starts: [Int64] = []
    private var readings: [Int] = []
    private var accumulators: [Accumulator] = []
    private var recent: Range<Int64> = 0..<0
    private var recentIndex = 0

    /// Throws as `TimeBuckets` does.
    package init(_ aggregation: Aggregation) throws {
        buckets = try TimeBuckets(aggregation.width)
        columnCount = aggregation.columns.count
        isSingle = aggregation.width == .all
    }

    /// Adds one reading.
    /// - Parameters:
    ///   - time: microseconds since 1970.
    ///   - values: one per asked column; NaN where the reading has no value. Of readings with one time, the one added
    ///     first counts as the earlier.
    package mutating func add(_ time: Int64, _ values: UnsafeBufferPointer<Double>) {
        if !recent.contains(time) { select(time) }
        readings[recentIndex] += 1
        if isSingle, time < starts[recentIndex] { starts[recentIndex] = time }
        let base = recentIndex * columnCount
        for column in 0..<columnCount {
            let value = values[column]
            if !value.isNaN { accumulators[base + column].add(value, at: time) }
        }
    }

    private mutating func select(_ time: Int64) {
        recent = buckets.bucket(containing: time)
        if let index = indexes[recent.lowerBound] {
            recentIndex = index
            return
        }
        recentIndex = starts.count
        indexes[recent.lowerBound] = recentIndex
        starts.append(isSingle ? time : recent.lowerBound)
        readings.append(0)
        accumulators.append(contentsOf: repeatElement(Accumulator(), count: columnCount))
    }

    /// The buckets so far in order of time. A summary without values is all zero.
    package func result() -> [AggregationBucket] {
        starts.indices.sorted { starts[$0] < starts[$1] }.map { index in
            AggregationBucket(
                start: Timestamp(microseconds: starts[index]), readings: readings[index],
                values: accumulators[index * columnCount..<(index + 1) * columnCount].map(\.summary))
        }
    }
}
