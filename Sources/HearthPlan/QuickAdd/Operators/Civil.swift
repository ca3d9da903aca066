import HearthCore

/// Arithmetic of the wall clock and the calendar on it. Years are held within what a date can be written in.
enum Civil {
    static let earliestYear = 1000
    static let latestYear = 9999

    static func day(of seconds: Int) -> Int { seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400) }

    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        CivilDate(year: year, month: month, day: day).daysSince1970
    }

    static func exists(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        (earliestYear...latestYear).contains(year) && (1...12).contains(month) && day >= 1
            && day <= CivilDate.daysInMonth(month, of: year)
    }

    /// Months later; a day that the month lacks becomes its last.
    static func adding(months: Int, to day: Int) -> Int? {
        let date = CivilDate(daysSince1970: day)
        let index = date.year * 12 + date.month - 1 + months
        let year = index / 12
        let month = index % 12 + 1
        guard index > 0, (earliestYear...latestYear).contains(year) else { return nil }
        return Civil.day(year, month, min(date.day, CivilDate.daysInMonth(month, of: year)))
    }

    /// Working days later or earlier, Monday to Friday.
    static func adding(workdays: Int, to day: Int) -> Int {
        var day = day
        var left = abs(workdays)
        let whole = left / 5
        day += (workdays < 0 ? -7 : 7) * whole
        left -= whole * 5
        while left > 0 {
            day += workdays < 0 ? -1 : 1
            if Weekday.of(day) < 5 { left -= 1 }
        }
        return day
    }

    /// Nil beyond the years that are written with four digits. Parts of a month or year count in days.
    static func adding(_ amount: Amount, times sign: Int, to day: Int) -> Int? {
        guard abs(amount.years) < 10_000, abs(amount.months) < 120_000, abs(amount.totalSeconds) < 3e11 else {
            return nil
        }
        let months = amount.years * 12 + amount.months
        let whole = Int(months.rounded(.towardZero))
        let rest = Int(((months - Double(whole)) * 30).rounded())
        guard let moved = adding(months: sign * whole, to: day) else { return nil }
        let days = Int((amount.weeks * 7 + amount.days).rounded()) + rest
        let result = adding(workdays: sign * Int(amount.workdays), to: moved + sign * days)
        return (Civil.day(earliestYear, 1, 1)...Civil.day(latestYear, 12, 31)).contains(result) ? result : nil
    }

    /// Monday of the day's week.
    static func monday(of day: Int) -> Int { day - Weekday.of(day) }

    /// Monday of week `number` of ISO 8601.
    static func week(_ number: Int, of year: Int) -> Int {
        monday(of: Civil.day(year, 1, 4)) + 7 * (number - 1)
    }

    /// Easter Sunday of the Gregorian calendar, after the anonymous algorithm in Meeus, "Astronomical Algorithms" (1991).
    static func easter(_ year: Int) -> Int {
        let a = year % 19
        let b = year / 100
        let c = year % 100
        let d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7
        let f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114
        return day(year, f / 31, f % 31 + 1)
    }

    /// The n-th weekday (Monday 0) of a month; counted from the end when negative. Nil when the month has none.
    static func nthWeekday(_ number: Int, _ weekday: Int, year: Int, month: Int) -> Int? {
        let first = day(year, month, 1)
        let length = CivilDate.daysInMonth(month, of: year)
        if number > 0 {
            let date = first + (weekday - Weekday.of(first) + 7) % 7 + 7 * (number - 1)
            return date < first + length ? date : nil
        }
        let last = first + length - 1
        let date = last - (Weekday.of(last) - weekday + 7) % 7 + 7 * (number + 1)
        return date >= first ? date : nil
    }
}
