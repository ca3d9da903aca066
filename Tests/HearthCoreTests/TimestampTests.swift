import HearthCore
import HearthTesting
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 texts are read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1), ("1969-12-31T23:59:59.999999Z", -1),
            ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:00:00-05:00", 0), ("1970-01-01T05:45:00+05:45", 0),
            ("1970-01-01t00:00:01z", 1_000_000), ("1970-01-01 00:00:01Z", 1_000_000), ("1970-01-01T00:00:00-00:00", 0),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000), ("2024-02-29T23:59:59Z", 1_709_251_199_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000_000), ("2026-11-21T08:00:00.25Z", 1_795_248_000_250_000),
            ("2026-11-21T08:00:00.123456789Z", 1_795_248_000_123_456),
            ("1970-01-01T00:00:00.9999999999999999999999Z", 999_999),
            ("1990-12-31T23:59:60Z", 662_688_000_000_000), ("1990-12-31T15:59:60-08:00", 662_688_000_000_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000_000),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000),
        ] as [(String, Int64)])
    func good(text: String, microseconds: Int64) {
        #expect(Timestamp(text) == Timestamp(microseconds: microseconds))
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-01-01T00:00:00.Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z",
            "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z", "1970-04-31T00:00:00Z", "2023-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-1-01T00:00:00Z", "70-01-01T00:00:00Z",
            "1970-01-01T00:00:00+0000", "1970-01-01T00:00:00+00", "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00+00:60",
            "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ", " 1970-01-01T00:00:00Z", "1970-01-01X00:00:00Z",
            "1970/01/01T00:00:00Z", "+1970-01-01T00:00:00Z", "1970-01-01T00:00:00,5Z", "-001-01-01T00:00:00Z",
            "1998-12-31T22:59:60Z", "1998-12-31T23:58:60Z", "1998-12-31T23:59:60+01:00", "1970-01-01T00:00:0٣Z",
            "1970-01-01T00:00:00.5", "1970-01-01T0a:00:00Z", "1970-01-01T00:00:00\0Z",
        ])
    func bad(text: String) { #expect(Timestamp(text) == nil) }

    @Test("one wrong byte anywhere is refused")
    func wrongByte() {
        let good = Array("2026-11-21T08:00:00Z".utf8)
        for place in good.indices {
            for byte in UInt8.min...UInt8.max {
                var text = good
                text[place] = byte
                let isDigit = byte &- 0x30 < 10
                let isTaken =
                    switch place {
                    case 4, 7, 13, 16: byte == good[place]
                    case 10: "Tt ".utf8.contains(byte)
                    case 19: "Zz".utf8.contains(byte)
                    default: isDigit
                    }
                let time = text.withUnsafeBufferPointer { Timestamp(utf8: $0) }
                // A digit can still make a month or an hour that does not exist.
                if !isTaken, time != nil { Issue.record("\(String(decoding: text, as: UTF8.self))") }
                if isTaken, !isDigit, time == nil { Issue.record("\(String(decoding: text, as: UTF8.self))") }
            }
        }
    }

    @Test("what is written is read back, with as many digits as are needed")
    func roundTrip() {
        var generator = SplitMix64(seed: 1970)
        for round in 0..<20_000 {
            var microseconds = Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &generator)
            if round % 2 == 0 { microseconds -= microseconds % [1000, 1_000_000, 10, 100_000][round / 2 % 4] }
            let time = Timestamp(microseconds: microseconds)
            #expect(Timestamp(time.description) == time)
            #expect(!time.description.hasSuffix("0Z") || !time.description.contains("."))
        }
        #expect(Timestamp(microseconds: 1_795_248_000_250_000).description == "2026-11-21T08:00:00.25Z")
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp(microseconds: 0).description == "1970-01-01T00:00:00Z")
        #expect(Timestamp(microseconds: 1).description == "1970-01-01T00:00:00.000001Z")
    }

    @Test(
        "counts since 1970 are seconds or milliseconds by their size",
        arguments: [
            (0, 0), (1.5, 1_500_000), (-1.5, -1_500_000), (1_700_000_000, 1_700_000_000_000_000),
            (1_700_000_000_123, 1_700_000_000_123_000), (1_700_000_000.123456, 1_700_000_000_123_456),
            (99_999_999_999, 99_999_999_999_000_000), (100_000_000_000, 100_000_000_000_000),
        ] as [(Double, Int64)])
    func epoch(value: Double, microseconds: Int64) {
        #expect(Timestamp(epoch: value) == Timestamp(microseconds: microseconds))
    }

    @Test("counts beyond are refused", arguments: [1e14, -1e14, 1e300, .infinity, .nan])
    func epochBeyond(value: Double) { #expect(Timestamp(epoch: value) == nil) }

    @Test("arithmetic keeps microseconds")
    func arithmetic() {
        let time = Timestamp(microseconds: 5)
        #expect(time + .seconds(1) == Timestamp(microseconds: 1_000_005))
        #expect(time - .microseconds(6) == Timestamp(microseconds: -1))
        #expect(Timestamp(microseconds: 1) - time == .microseconds(-4))
        #expect(Timestamp(microseconds: 1) < time)
        #expect(Timestamp(seconds: 1.25).seconds == 1.25)
    }
}

@Suite("Civil dates")
struct CivilDateTests {
    @Test("agree with a walk day by day from 1600 to 2400")
    func walk() {
        // 1970 is day 0; 1600-01-01 lies 370 years with 90 leap days before it.
        var day = -(370 * 365 + 90)
        for year in 1600...2400 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (index, length) in lengths.enumerated() {
                #expect(CivilDate.daysInMonth(index + 1, of: year) == length)
                for dayOfMonth in 1...length {
                    let date = CivilDate(year: year, month: index + 1, day: dayOfMonth)
                    // One expectation per day would be most of the time this test takes.
                    if date.daysSince1970 != day || CivilDate(daysSince1970: day) != date {
                        Issue.record("\(date) is not day \(day)")
                    }
                    day += 1
                }
            }
        }
        #expect(day == CivilDate(year: 2401, month: 1, day: 1).daysSince1970)
    }

    @Test("are inverses far beyond")
    func inverse() {
        for day in stride(from: -50_000_000, to: 50_000_000, by: 997)
        where CivilDate(daysSince1970: day).daysSince1970 != day {
            Issue.record("day \(day)")
        }
    }
}
