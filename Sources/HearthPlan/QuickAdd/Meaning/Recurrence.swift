import HearthCore

/// A rule of recurrence, in the terms of RFC 5545 section 3.3.10.
package struct Recurrence: Sendable, Hashable {
    package enum Frequency: String, Sendable {
        case hourly = "HOURLY"
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
        case minutely = "MINUTELY"
    }

    package var frequency: Frequency
    package var interval = 1
    /// Bit 0 is Monday.
    package var weekdays: UInt8 = 0
    /// With weekdays: the n-th of them in the month, counted from the end when negative.
    package var ordinal = 0
    /// 1…31, or -1 for the last; 0 when not said.
    package var dayOfMonth = 0
    /// 1…12; 0 when not said.
    package var month = 0
    /// Seconds of the day.
    package var clock: Int?
    /// The first day, the last day: days since 1970.
    package var from: Int?
    package var until: Int?
    package var count: Int?
    /// Weekdays on which it does not happen; bit 0 is Monday.
    package var exceptWeekdays: UInt8 = 0
    /// Days since 1970 on which it does not happen.
    package var exceptDays: [Int] = []
    /// The clock was said without morning or afternoon.
    var isClockAmbiguous = false
    /// Which part of the day, as the grammar files number them.
    package var partOfDay: Int { part }
    var part = 0
    /// It names weekdays by a word for all of them: "every weekday", "weekends".
    var isOfWeekPart = false
    package var coversWeekPart: Bool { isOfWeekPart }

    init(_ frequency: Frequency, interval: Int = 1) {
        self.frequency = frequency
        self.interval = interval
    }

    private static let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    static let workdays: UInt8 = 0b001_1111
    static let weekendDays: UInt8 = 0b110_0000

    /// Nothing is left of the weekdays that it names.
    private var leavesNoWeekday: Bool {
        exceptWeekdays != 0 && (weekdays == 0 ? 0x7F : weekdays) & ~exceptWeekdays == 0
    }

    /// The value of an RRULE property. Exceptions on days are EXDATE properties of their own; those on weekdays are the
    /// weekdays that are left, as BYDAY.
    ///
    /// - Parameter start: The first day on which it happens, in days since 1970: what the rule leaves open is as there.
    /// - Returns: nil when no weekday is left: without BYDAY the rule would hold on all of them.
    package func ruleText(startingOn start: Int) -> String? {
        let rule = settled(startingOn: start)
        return rule.leavesNoWeekday ? nil : rule.ruleText
    }

    /// With weekdays to leave out it says which day it means, because BYDAY adds days to a rule that names none and takes some
    /// from one that does (the table of RFC 5545 section 3.3.10).
    private func settled(startingOn start: Int) -> Recurrence {
        guard exceptWeekdays != 0, weekdays == 0, dayOfMonth == 0 else { return self }
        let date = CivilDate(daysSince1970: start)
        var rule = self
        switch frequency {
        case .minutely, .hourly, .daily: break
        case .weekly: rule.weekdays = 1 << UInt8(Weekday.of(start))
        case .monthly: rule.dayOfMonth = date.day
        case .yearly:
            rule.dayOfMonth = date.day
            if month == 0 { rule.month = date.month }
        }
        return rule
    }

    private var ruleText: String {
        var parts = ["FREQ=\(frequency.rawValue)"]
        if interval != 1 { parts.append("INTERVAL=\(interval)") }
        if month > 0 { parts.append("BYMONTH=\(month)") }
        if dayOfMonth != 0 { parts.append("BYMONTHDAY=\(dayOfMonth)") }
        let named = weekdays == 0 && exceptWeekdays != 0 ? 0x7F : weekdays
        let days = named & ~exceptWeekdays
        if days != 0 {
            let names = (0..<7).filter { days >> $0 & 1 == 1 }.map {
                (ordinal == 0 ? "" : String(ordinal)) + Self.names[$0]
            }
            parts.append("BYDAY=" + names.joined(separator: ","))
        }
        if let count { parts.append("COUNT=\(count)") }
        if let until {
            let date = CivilDate(daysSince1970: until)
            parts.append("UNTIL=" + [(date.year, 4), (date.month, 2), (date.day, 2)].map(Self.digits).joined())
        }
        return parts.joined(separator: ";")
    }

    private static func digits(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }

    /// Whether it happens on `day`, when it began on `start` (both days since 1970).
    package func happens(on day: Int, startingOn start: Int) -> Bool {
        guard day >= start, until.map({ day <= $0 }) ?? true, !exceptDays.contains(day) else { return false }
        let weekday = Weekday.of(day)
        guard exceptWeekdays >> weekday & 1 == 0 else { return false }
        let date = CivilDate(daysSince1970: day)
        let first = CivilDate(daysSince1970: start)
        if month > 0, date.month != month { return false }
        if dayOfMonth > 0, date.day != dayOfMonth { return false }
        if dayOfMonth < 0, date.day != CivilDate.daysInMonth(date.month, of: date.year) + 1 + dayOfMonth {
            return false
        }
        if weekdays != 0 {
            guard weekdays >> weekday & 1 == 1 else { return false }
            if ordinal > 0, (date.day - 1) / 7 + 1 != ordinal { return false }
            if ordinal < 0 {
                let fromEnd = (CivilDate.daysInMonth(date.month, of: date.year) - date.day) / 7 + 1
                if fromEnd != -ordinal { return false }
            }
        }
        switch frequency {
        case .minutely, .hourly: return true
        case .daily: return (day - start) % interval == 0
        case .weekly:
            if weekdays == 0, weekday != Weekday.of(start) { return false }
            let weeks = (day - weekday - (start - Weekday.of(start))) / 7
            return weeks % interval == 0
        case .monthly:
            if weekdays == 0, dayOfMonth == 0, date.day != first.day { return false }
            return ((date.year - first.year) * 12 + date.month - first.month) % interval == 0
        case .yearly:
            if weekdays == 0, dayOfMonth == 0, date.day != first.day { return false }
            if month == 0, weekdays == 0 || ordinal != 0, date.month != first.month { return false }
            return (date.year - first.year) % interval == 0
        }
    }

    /// A rule that names a day of no month would be searched for ever.
    private static let mostDaysSearched = 8 * 366

    /// The first day on or after `day`.
    package func nextDay(onOrAfter day: Int, startingOn start: Int) -> Int? {
        (max(day, start)...max(day, start) + Self.mostDaysSearched * max(1, interval)).first {
            happens(on: $0, startingOn: start)
        }
    }
}

/// Monday is 0.
enum Weekday {
    static func of(_ day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }
}
