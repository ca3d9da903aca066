import HearthCore
import HearthPlan
import Testing

@Suite struct WallClockTests {
    @Test func skippedHourIsReadWithTheOffsetBeforeTheGap() throws {
        let reader = try Reader()
        let task = try reader.read("backup 2026-03-29 02:30")
        #expect(task.problems.map(\.kind) == [.skippedTime])
        #expect(task.due?.description == "2026-03-29T01:30:00Z")
        #expect(reader.due(task) == "2026-03-29 03:30")
    }

    @Test func repeatedHourMeansTheFirstAndReportsTheSecond() throws {
        let task = try Reader().read("party 2026-10-25 at 2:30am")
        #expect(task.problems.map(\.kind) == [.repeatedTime])
        #expect(task.due?.description == "2026-10-25T00:30:00Z")
        #expect(task.alternatives.compactMap(\.time).map(\.description) == ["2026-10-25T01:30:00Z"])
    }

    @Test(arguments: ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"])
    func wallTimesComeBack(_ zone: String) throws {
        let clock = WallClock(zone: try Reader.zone(zone))
        for day in stride(from: 18_000, to: 21_000, by: 7) {
            for hour in [0, 3, 12, 23] {
                let time = Timestamp(microseconds: Int64(day * 86_400 + hour * 3600) * 1_000_000)
                let reading = clock.reading(of: clock.seconds(at: time))
                switch reading {
                case .once(let back): #expect(back == time)
                case .twice(let first, let second): #expect(time == first || time == second)
                case .skipped: Issue.record("\(time) exists in \(zone) and was said to be skipped")
                }
            }
        }
    }

    @Test func tomorrowIsTomorrowWhereThePersonIs() throws {
        #expect(try Reader(zone: "Pacific/Auckland").read("swim tomorrow").due?.description == "2025-11-25T11:00:00Z")
        #expect(
            try Reader(zone: "America/Los_Angeles").read("swim tomorrow").due?.description == "2025-11-25T08:00:00Z")
    }
}
