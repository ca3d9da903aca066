import HearthCore

/// What a rule of a grammar can make of what it caught. The names are those of the grammar files; each takes its parts by
/// letter, as docs/reference/quick-add.md lists them.
enum Action: String, Sendable {
    case same, number, sum, product, decimal, mask, maskRange, nothing
    case amount, amountSum
    case today, now, date, compactDate, weekday, weekdayInWeek, dayOfMonth, weekdayDay, nthWeekday, nthDay, shiftDay,
        nthWeekdayAhead, datedDay
    case holiday, dayInYear, dayInMonth
    case month, year, unit, span, quarter, weekNumber, nthUnit, weekOf, decade, century, dayRange, monthDays,
        toDayOfMonth
    case monthsToYear, season, half, monthDaysIn, weekdaysIn, within, fromDay, modify, bound, toDate, weekendOf,
        periodRange, yearOfBoth
    case clock, compactClock, clockWords, partClock, part, modifyPart, clockRange, clockSpan
    case restOfDay, dayHalf, dayClock, dayPart, dayClockRange, endOfDay, shiftMoment, momentRange, spanStretch,
        periodClock, periodClockRange
    case every, everyWeekday, everyWeekdays, everyDayOfMonth, everyNthWeekday, everyDate, setAt, setPart, setExcept
    case setExceptDay, setUntil, setFrom, setCount, everyPart
}

/// Letters under which the parts of a rule are found.
enum Slot {
    static let a: Int8 = 0
    static let b: Int8 = 1
    static let d: Int8 = 3
    static let e: Int8 = 4
    static let h: Int8 = 7
    static let i: Int8 = 8
    static let k: Int8 = 10
    static let m: Int8 = 12
    static let n: Int8 = 13
    static let p: Int8 = 15
    static let r: Int8 = 17
    static let s: Int8 = 18
    static let t: Int8 = 19
    static let u: Int8 = 20
    static let w: Int8 = 22
    static let x: Int8 = 23
    static let y: Int8 = 24
}

extension Captured {
    func integer(_ slot: Int8) -> Int? { number(slot).map { Int($0) } }

    func number(_ slot: Int8) -> Double? {
        guard case .number(let value, _)? = self[slot] else { return nil }
        return value
    }

    func unit(_ slot: Int8 = Slot.u) -> TimeUnit? { integer(slot).flatMap(TimeUnit.init) }

    func amount(_ slot: Int8) -> Amount? {
        guard case .amount(let value)? = self[slot] else { return nil }
        return value
    }

    func clock(_ slot: Int8) -> Clock? {
        guard case .clock(let value)? = self[slot] else { return nil }
        return value
    }

    func clockRange(_ slot: Int8) -> ClockRange? {
        guard case .clockRange(let value)? = self[slot] else { return nil }
        return value
    }

    func day(_ slot: Int8) -> DayChoice? {
        guard case .day(let value)? = self[slot] else { return nil }
        return value
    }

    func period(_ slot: Int8) -> DayPeriod? {
        guard case .period(let value)? = self[slot] else { return nil }
        return value
    }

    func moment(_ slot: Int8) -> Moment? {
        guard case .moment(let value)? = self[slot] else { return nil }
        return value
    }

    func recurrence(_ slot: Int8) -> Recurrence? {
        guard case .recurrence(let value)? = self[slot] else { return nil }
        return value
    }

    /// A day, or the first day of a period.
    func dayOrStart(_ slot: Int8) -> DayChoice? {
        switch self[slot] {
        case .day(let day): return day
        case .period(let period) where period.past.start != DayPeriod.open && period.future.start != DayPeriod.open:
            return DayChoice(past: period.past.start, future: period.future.start)
        default: return nil
        }
    }
}

/// When a text is read: what "today" and "in an hour" count from.
struct ActionContext: Sendable {
    /// Seconds of the wall clock since 1970-01-01T00:00.
    let now: Int
    let manner: GrammarManner

    var today: Int { Civil.day(of: now) }
    var date: CivilDate { CivilDate(daysSince1970: today) }

    /// Nil when the parts make no sense together, as the 25th hour: then the rule does not hold.
    func perform(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .same: parts[Slot.x]
        case .nothing: .nothing
        case .number, .sum, .product, .decimal, .mask, .maskRange: numeric(action, parts)
        case .amount, .amountSum: amount(action, parts)
        case .today, .now, .date, .compactDate, .weekday, .weekdayInWeek, .dayOfMonth, .weekdayDay, .nthWeekday,
            .nthDay,
            .shiftDay, .nthWeekdayAhead, .datedDay, .holiday, .dayInYear, .dayInMonth:
            day(action, parts)
        case .month, .year, .unit, .span, .quarter, .weekNumber, .nthUnit, .weekOf, .decade, .century, .weekendOf,
            .season, .half:
            calendarPeriod(action, parts)
        case .monthsToYear, .dayRange, .monthDays, .monthDaysIn, .weekdaysIn, .toDayOfMonth, .within, .fromDay, .modify,
            .bound, .toDate, .periodRange, .yearOfBoth:
            period(action, parts)
        case .clock, .compactClock, .clockWords, .partClock, .part, .modifyPart, .clockRange, .clockSpan:
            clock(action, parts)
        case .restOfDay, .dayHalf, .dayClock, .dayPart, .dayClockRange, .endOfDay, .shiftMoment, .momentRange,
            .spanStretch, .periodClock,
            .periodClockRange:
            moment(action, parts)
        case .every, .everyWeekday, .everyWeekdays, .everyDayOfMonth, .everyNthWeekday, .everyDate, .setAt, .setPart,
            .setExcept, .setExceptDay, .setUntil, .setFrom, .setCount, .everyPart:
            recurrence(action, parts)
        }
    }
}
