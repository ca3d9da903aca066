import HearthCore
import Testing

@testable import HearthPlan

@Suite struct RecurrenceTests {
    private let start = CivilDate(year: 2026, month: 1, day: 1).daysSince1970

    private func days(_ rule: Recurrence, _ count: Int) -> [String] {
        var list: [String] = []
        var day = start
        while list.count < count, let next = rule.nextDay(onOrAfter: day, startingOn: start) {
            list.append(QuickTimes.date(next))
            day = next + 1
        }
        return list
    }

    @Test func everyOtherTuesdayCountsWeeksFromTheFirst() {
        var rule = Recurrence(.weekly, interval: 2)
        rule.weekdays = 0b10
        #expect(days(rule, 3) == ["2026-01-13", "2026-01-27", "2026-02-10"])
    }

    @Test func monthsWithoutTheDayAreLeftOut() {
        var rule = Recurrence(.monthly)
        rule.dayOfMonth = 31
        #expect(days(rule, 3) == ["2026-01-31", "2026-03-31", "2026-05-31"])
        rule.dayOfMonth = -1
        #expect(days(rule, 3) == ["2026-01-31", "2026-02-28", "2026-03-31"])
    }

    @Test func lastFridayOfTheMonth() {
        var rule = Recurrence(.monthly)
        rule.weekdays = 0b1_0000
        rule.ordinal = -1
        #expect(days(rule, 2) == ["2026-01-30", "2026-02-27"])
    }

    @Test func exceptionsAndTheEndAreKept() {
        var rule = Recurrence(.daily)
        rule.exceptDays = [start + 1]
        rule.exceptWeekdays = 0b110_0000
        rule.until = start + 6
        #expect(days(rule, 9) == ["2026-01-01", "2026-01-05", "2026-01-06", "2026-01-07"])
    }

    @Test func dayThatNeverComesEndsTheSearch() {
        var rule = Recurrence(.yearly)
        rule.month = 2
        rule.dayOfMonth = 30
        #expect(rule.nextDay(onOrAfter: start, startingOn: start) == nil)
    }
}
