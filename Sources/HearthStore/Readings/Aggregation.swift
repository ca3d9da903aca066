package import HearthCore

/// What to compute over time buckets.
package struct Aggregation: Sendable {
    /// How time is cut.
    package enum Width: Sendable, Hashable {
        /// Buckets of a fixed length in microseconds, aligned to 1970-01-01T00:00:00Z.
        case fixed(microseconds: Int64)
        /// Calendar units in an IANA time zone: their lengths follow daylight saving time.
        case days(timeZone: String)
        case weeks(timeZone: String)
        case months(timeZone: String)
        /// One bucket for everything.
        case all
    }

    package var width: Width
    /// Column indexes of numeric fields.
    package var columns: [Int]

    package init(width: Width, columns: [Int]) {
        self.width = width
        self.columns = columns
    }
}

/// One bucket with readings; empty buckets are not listed.
package struct AggregationBucket: Sendable, Hashable {
    /// Start of the bucket; for `.all` the time of the first reading.
    package var start: Timestamp
    /// Readings in the bucket, also those without a value.
    package var readings: Int
    /// One per asked column.
    package var values: [Summary]

    package struct Summary: Sendable, Hashable {
        /// Readings that have a value.
        package var count: Int
        /// Kahan-summed.
        package var sum: Double
        package var minimum: Double
        package var maximum: Double
        /// Value of the earliest and of the latest reading.
        package var first: Double
        package var last: Double

        package init(count: Int, sum: Double, minimum: Double, maximum: Double, first: Double, last: Double) {
            self.count = count
            self.sum = sum
            self.minimum = minimum
            self.maximum = maximum
            self.first = first
            self.last = last
        }

        package var average: Double? { count > 0 ? sum / Double(count) : nil }
    }

    package init(start: Timestamp, readings: Int, values: [Summary]) {
        self.start = start
        self.readings = readings
        self.values = values
    }
}
