import HearthCore
import HearthStore
import HearthTesting
import Testing

@Suite("Aggregator")
struct AggregatorTests {
    private func fold(_ width: Aggregation.Width, _ readings: [(Int64, [Double])]) throws -> [AggregationBucket] {
        let columns = Array(0..<(readings.first?.1.count ?? 1))
        var aggregator = try Aggregator(Aggregation(width: width, columns: columns))
        for (time, values) in readings { values.withUnsafeBufferPointer { aggregator.add(time, $0) } }
        return aggregator.result()
    }

    @Test("The order of readings changes nothing but the last bits of sums")
    func anyOrder() throws {
        var generator = SplitMix64(seed: 5)
        let readings = (0..<500).map { index -> (Int64, [Double]) in
            let isMissing = Int.random(in: 0..<5, using: &generator) == 0
            return (Int64(index) * 17_000, [isMissing ? .nan : .random(in: -5...5, using: &generator), 1])
        }
        let sorted = try fold(.fixed(microseconds: 1_000_000), readings)
        let shuffled = try fold(.fixed(microseconds: 1_000_000), readings.shuffled(using: &generator))
        #expect(sorted.map(\.start) == shuffled.map(\.start))
        #expect(sorted.map(\.readings) == shuffled.map(\.readings))
        for (left, right) in zip(sorted, shuffled) {
            for (one, other) in zip(left.values, right.values) {
                #expect(one.count == other.count && one.first == other.first && one.last == other.last)
                #expect(one.minimum == other.minimum && one.maximum == other.maximum)
                #expect(abs(one.sum - other.sum) < 1e-12)
            }
        }
    }

    @Test("Small values are not lost beside large ones")
    func compensation() throws {
        let tenths = try fold(.all, (0..<1_000_000).map { ($0, [0.1]) })
        #expect(tenths[0].values[0].sum == 100_000)
        let mixed = try fold(.all, [(0, [1]), (1, [1e100]), (2, [1]), (3, [-1e100])])
        #expect(mixed[0].values[0].sum == 2)
    }

    @Test("A sum beyond the range of doubles is infinite, not undefined")
    func overflow() throws {
        let large = Double.greatestFiniteMagnitude
        let buckets = try fold(.all, [(0, [large]), (1, [large]), (2, [-1])])
        #expect(buckets[0].values[0].sum == .infinity)
        #expect(buckets[0].values[0].maximum == large)
    }

    @Test("One bucket for everything begins with the first reading")
    func all() throws {
        let buckets = try fold(.all, [(50, [1]), (20, [.nan]), (70, [3])])
        #expect(buckets.map(\.start.microseconds) == [20])
        #expect(buckets[0].readings == 3)
        #expect(buckets[0].values == [.init(count: 2, sum: 4, minimum: 1, maximum: 3, first: 1, last: 3)])
        #expect(buckets[0].values[0].average == 2)
    }

    @Test("A bucket without values counts its readings")
    func noValues() throws {
        let buckets = try fold(.all, [(1, [.nan])])
        #expect(buckets[0].readings == 1)
        #expect(buckets[0].values[0].count == 0)
        #expect(buckets[0].values[0].average == nil)
    }
}
