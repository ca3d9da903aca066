import HearthCore
import HearthStore
import Testing

@Suite("Time buckets")
struct TimeBucketsTests {
    private func bucket(_ width: Aggregation.Width, _ time: String) throws -> [String] {
        var buckets = try TimeBuckets(width)
        let range = buckets.bucket(containing: try #require(Timestamp(time)).microseconds)
        return [range.lowerBound, range.upperBound].map { Timestamp(microseconds: $0).description }
    }

    @Test(
        "Days, weeks and months begin at local midnight",
        arguments: [
            (.days(timeZone: "Europe/Berlin"), "2025-03-30T12:00:00Z", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"),
            (.days(timeZone: "Europe/Berlin"), "2025-10-26T12:00:00Z", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z"),
            // The clock went from 00:00 to 01:00: the day begins at 01:00 local time.
            (
                .days(timeZone: "America/Sao_Paulo"), "2017-10-15T12:00:00Z", "2017-10-15T03:00:00Z",
                "2017-10-16T02:00:00Z"
            ),
            // The clock went back from 01:00 to 00:00: the first midnight begins the day.
            (.days(timeZone: "America/Havana"), "2024-11-03T04:30:00Z", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
            (.days(timeZone: "America/Havana"), "2024-11-03T05:30:00Z", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
            // Back from 00:01 to 23:01 of the day before: the hour that comes twice stays in the day that has begun.
            (
                .days(timeZone: "America/Goose_Bay"), "2010-11-07T03:30:00Z", "2010-11-07T03:00:00Z",
                "2010-11-08T04:00:00Z"
            ),
            // Samoa went over the date line and had no 30 December 2011.
            (.days(timeZone: "Pacific/Apia"), "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            (.days(timeZone: "Pacific/Apia"), "2011-12-30T11:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
            (.weeks(timeZone: "Europe/Berlin"), "2025-03-30T21:59:59Z", "2025-03-23T23:00:00Z", "2025-03-30T22:00:00Z"),
            (.weeks(timeZone: "UTC"), "1969-12-31T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"),
            (
                .months(timeZone: "Asia/Kathmandu"), "2024-02-10T00:00:00Z", "2024-01-31T18:15:00Z",
                "2024-02-29T18:15:00Z"
            ),
            (
                .months(timeZone: "Europe/Berlin"), "2025-03-31T21:59:59Z", "2025-02-28T23:00:00Z",
                "2025-03-31T22:00:00Z"
            ),
            (
                .fixed(microseconds: 3_600_000_000), "1969-12-31T23:59:59Z", "1969-12-31T23:00:00Z",
                "1970-01-01T00:00:00Z"
            ),
        ] as [(Aggregation.Width, String, String, String)])
    func boundaries(_ width: Aggregation.Width, _ time: String, _ start: String, _ end: String) throws {
        #expect(try bucket(width, time) == [start, end])
    }

    @Test("Buckets follow one another without gaps through a year of any zone")
    func noGaps() throws {
        for zone in ["Europe/Berlin", "Africa/Casablanca", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tehran"] {
            var buckets = try TimeBuckets(.days(timeZone: zone))
            var time: Int64 = 1_609_459_200_000_000  // 2021-01-01
            var days = 0
            while time < 1_640_995_200_000_000 {
                let range = buckets.bucket(containing: time)
                #expect(range.contains(time))
                var again = try TimeBuckets(.days(timeZone: zone))
                #expect(again.bucket(containing: range.upperBound - 1) == range)
                #expect(again.bucket(containing: range.upperBound).lowerBound == range.upperBound)
                time = range.upperBound
                days += 1
            }
            #expect(days == 366 || days == 365)
        }
    }

    @Test("The ends of time have buckets too", arguments: [.min, .min + 1, -1, 0, .max - 1] as [Int64])
    func extremes(_ time: Int64) throws {
        var buckets = try TimeBuckets(.fixed(microseconds: 7_000_000))
        #expect(buckets.bucket(containing: time).contains(time))
    }

    @Test("What is no length or no zone is refused")
    func refusals() {
        for width in [
            Aggregation.Width.fixed(microseconds: 0), .fixed(microseconds: -5), .days(timeZone: "Mars/Olympus"),
            .months(timeZone: ""),
        ] {
            #expect(throws: HearthError.self) { _ = try TimeBuckets(width) }
        }
    }
}
