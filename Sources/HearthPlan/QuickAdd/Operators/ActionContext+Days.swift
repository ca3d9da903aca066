import HearthCore

extension ActionContext {
    func day(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .today: .day(DayChoice(today + (parts.integer(Slot.n) ?? 0)))
        case .now: .moment(Moment(readings: [now]))
        case .date: namedDate(parts)
        case .compactDate: compactDate(parts)
        case .weekday: weekday(parts)
        case .weekdayInWeek: weekdayInWeek(parts)
        case .dayOfMonth: dayOfMonth(parts)
        case .weekdayDay: weekdayDay(parts)
        case .nthWeekday: nthWeekday(parts)
        case .nthDay: nthDay(parts)
        case .shiftDay: shiftDay(parts)
        case .datedDay: datedDay(parts)
        case .nthWeekdayAhead: nthWeekdayAhead(parts)
        case .holiday: holiday(parts)
        case .dayInYear: dayInYear(parts)
        case .dayInMonth: dayInMonth(parts)
        default: nil
        }
    }

    /// 2-digit years: 70…99 are of the last century.
    static func fullYear(_ year: Int) -> Int { year >= 100 ? year : year >= 70 ? 1900 + year : 2000 + year }

    private func namedDate(_ parts: Captured) -> Meaning? {
        guard let month = parts.integer(Slot.m), let day = parts.integer(Slot.d), (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        let weekday = parts.integer(Slot.w) ?? 0
        if let named = parts.integer(Slot.y) {
            let year = Self.fullYear(named)
            guard Civil.exists(year, month, day) else { return .impossible }
            var choice = DayChoice(Civil.day(year, month, day))
            (choice.month, choice.dayOfMonth) = (month, day)
            return .day(choice)
        }
        // A leap year, so that 29 February passes.
        guard Civil.exists(2000, month, day) else { return .impossible }
        if let shift = parts.integer(Slot.s) {
            guard Civil.exists(date.year + shift, month, day) else { return .impossible }
            return .day(DayChoice(Civil.day(date.year + shift, month, day)))
        }
        guard var choice = around({ Civil.exists($0, month, day) ? Civil.day($0, month, day) : nil }) else {
            return .impossible
        }
        (choice.month, choice.dayOfMonth, choice.weekday) = (month, day, weekday)
        return .day(choice)
    }

    /// The last one before today and the first one from today on.
    func around(_ dayInYear: (Int) -> Int?) -> DayChoice? {
        var past: Int?
        var future: Int?
        for year in date.year - 8...date.year + 8 {
            guard let day = dayInYear(year) else { continue }
            if day < today { past = day }
            if day >= today, future == nil { future = day }
        }
        guard let past, let future else { return nil }
        return DayChoice(past: past, future: future)
    }

    private func compactDate(_ parts: Captured) -> Meaning? {
        guard let digits = parts.integer(Slot.x) else { return nil }
        let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100)
        return Civil.exists(year, month, day) ? .day(DayChoice(Civil.day(year, month, day))) : .impossible
    }

    private func weekday(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.w) else { return nil }
        let monday = Civil.monday(of: today)
        if let shift = parts.integer(Slot.s) { return .day(DayChoice(monday + number - 1 + 7 * shift)) }
        let future = today + (number - 1 - Weekday.of(today) + 7) % 7
        return .day(DayChoice(past: future - 7, future: future, weekday: number))
    }

    private func weekdayInWeek(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.w) else { return nil }
        if let day = parts.day(Slot.x) {
            return .day(
                DayChoice(
                    past: Civil.monday(of: day.past) + number - 1, future: Civil.monday(of: day.future) + number - 1))
        }
        guard let period = parts.period(Slot.p), period.unit == .week,
            period.lengthDays == 7
        else { return nil }
        return .day(
            DayChoice(
                past: Civil.monday(of: period.past.start) + number - 1,
                future: Civil.monday(of: period.future.start) + number - 1))
    }

    private func dayOfMonth(_ parts: Captured) -> Meaning? {
        guard let day = parts.integer(Slot.d), (1...31).contains(day) else { return nil }
        if let shift = parts.integer(Slot.s) {
            let index = date.year * 12 + date.month - 1 + shift
            guard Civil.exists(index / 12, index % 12 + 1, day) else { return .impossible }
            let found = Civil.day(index / 12, index % 12 + 1, day)
            if let weekday = parts.integer(Slot.w), Weekday.of(found) != weekday - 1 { return nil }
            return .day(DayChoice(found))
        }
        let days = months(around: 12).compactMap { Civil.exists($0, $1, day) ? Civil.day($0, $1, day) : nil }
        guard let past = days.last(where: { $0 < today }), let future = days.first(where: { $0 >= today }) else {
            return nil
        }
        return .day(DayChoice(past: past, future: future, dayOfMonth: day))
    }

    private func months(around count: Int) -> [(Int, Int)] {
        let current = date.year * 12 + date.month - 1
        return (current - count...current + count).map { ($0 / 12, $0 % 12 + 1) }
    }

    /// "Friday 31": the nearest ones that are both.
    private func weekdayDay(_ parts: Captured) -> Meaning? {
        guard let weekday = parts.integer(Slot.w), let day = parts.integer(Slot.d) else { return nil }
        let days = months(around: 90).compactMap { Civil.exists($0, $1, day) ? Civil.day($0, $1, day) : nil }
            .filter { Weekday.of($0) == weekday - 1 }
        guard let past = days.last(where: { $0 < today }), let future = days.first(where: { $0 >= today }) else {
            return nil
        }
        return .day(DayChoice(past: past, future: future, dayOfMonth: day, weekday: weekday))
    }

    /// The n-th weekday of a month or year; the last when n is -1.
    private func nthWeekday(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), let weekday = parts.integer(Slot.w),
            let period = parts.period(Slot.p) ?? unit(.month, shift: 0), number != 0, period.lengthDays >= 7
        else { return nil }
        func find(_ bounds: DayPeriod.Bounds) -> Int? {
            guard bounds.start != DayPeriod.open, bounds.end != DayPeriod.open else { return nil }
            if number > 0 {
                let day = bounds.start + (weekday - 1 - Weekday.of(bounds.start) + 7) % 7 + 7 * (number - 1)
                return day < bounds.end ? day : nil
            }
            let last = bounds.end - 1
            return last - (Weekday.of(last) - (weekday - 1) + 7) % 7 + 7 * (number + 1)
        }
        if period.month > 0, !period.isSettled {
            return around { Civil.nthWeekday(number, weekday - 1, year: $0, month: period.month) }.map { .day($0) }
        }
        guard let past = find(period.past), let future = find(period.future) else { return .impossible }
        return .day(DayChoice(past: past, future: future))
    }

    private func nthDay(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), let period = parts.period(Slot.p), number != 0 else { return nil }
        func find(_ bounds: DayPeriod.Bounds) -> Int? {
            guard bounds.start != DayPeriod.open, bounds.end != DayPeriod.open else { return nil }
            let day = number > 0 ? bounds.start + number - 1 : bounds.end + number
            return (bounds.start..<bounds.end).contains(day) ? day : nil
        }
        guard let past = find(period.past), let future = find(period.future) else { return nil }
        return .day(DayChoice(past: past, future: future))
    }

    /// A weekday before a date says nothing new; before another weekday it is one of a list.
    private func datedDay(_ parts: Captured) -> Meaning? {
        guard let day = parts.day(Slot.x), day.dayOfMonth > 0 || day.isSettled else { return nil }
        return .day(day)
    }

    /// "Two Sundays from now".
    private func nthWeekdayAhead(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (1...100).contains(number), let weekday = parts.integer(Slot.w) else {
            return nil
        }
        let next = today + 1 + (weekday - 1 - Weekday.of(today + 1) + 7) % 7
        return .day(DayChoice(next + 7 * (number - 1)))
    }

    private func shiftDay(_ parts: Captured) -> Meaning? {
        guard let amount = parts.amount(Slot.a), let sign = parts.integer(Slot.s) else { return nil }
        if parts[Slot.b] == nil {
            if amount.hasClockParts { return nil }
            return Civil.adding(amount, times: sign, to: today).map { .day(DayChoice($0)) }
        }
        guard let base = parts.dayOrStart(Slot.b), !amount.hasClockParts,
            let day = Civil.adding(amount, times: sign, to: base.future)
        else { return nil }
        return .day(DayChoice(day))
    }

    /// As the grammar files number them: 1000 + 100 × month + day for a fixed one; below, see `movable`.
    private func holiday(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.h) else { return nil }
        func find(_ year: Int) -> Int? {
            number >= 1000 ? Civil.day(year, (number - 1000) / 100, number % 100) : Self.movable(number, year)
        }
        if let year = parts.integer(Slot.y) { return find(Self.fullYear(year)).map { .day(DayChoice($0)) } }
        if let period = parts.period(Slot.p) {
            guard period.unit == .year, period.isSettled else { return nil }
            return find(CivilDate(daysSince1970: period.future.start).year).map { .day(DayChoice($0)) }
        }
        if let shift = parts.integer(Slot.s) { return find(date.year + shift).map { .day(DayChoice($0)) } }
        return around(find).map { .day($0) }
    }

    private static func movable(_ number: Int, _ year: Int) -> Int? {
        switch number {
        // Days from Easter Sunday, with 300 added.
        case 200..<400: Civil.easter(year) + number - 300
        // The n-th weekday of a month, as Thanksgiving.
        case 1: Civil.nthWeekday(4, 3, year: year, month: 11)
        case 2: Civil.nthWeekday(4, 3, year: year, month: 11).map { $0 + 1 }
        case 3: Civil.nthWeekday(2, 6, year: year, month: 5)
        case 4: Civil.nthWeekday(3, 6, year: year, month: 6)
        case 5: Civil.nthWeekday(1, 0, year: year, month: 9)
        case 6: Civil.nthWeekday(-1, 0, year: year, month: 5)
        case 7: Civil.nthWeekday(3, 0, year: year, month: 1)
        case 8: Civil.nthWeekday(3, 0, year: year, month: 2)
        case 9: Civil.nthWeekday(2, 0, year: year, month: 10)
        case 10: Civil.nthWeekday(4, 3, year: year, month: 11).map { $0 + 4 }
        // The Sunday of Advent, counted back from Christmas: 20 + 1…4.
        case 21...24: Civil.day(year, 12, 24) - (Weekday.of(Civil.day(year, 12, 24)) + 1) % 7 - 7 * (24 - number)
        default: nil
        }
    }

    /// A day of no year, in the year of a period: "May 5 next year".
    private func dayInYear(_ parts: Captured) -> Meaning? {
        guard let day = parts.day(Slot.d), day.month > 0, day.dayOfMonth > 0, !day.isSettled,
            let period = parts.period(Slot.p) ?? unit(.year, shift: 0), period.unit == .year, period.isSettled
        else { return nil }
        let year = CivilDate(daysSince1970: period.future.start).year
        guard Civil.exists(year, day.month, day.dayOfMonth) else { return .impossible }
        return .day(DayChoice(Civil.day(year, day.month, day.dayOfMonth)))
    }

    /// A day of no month, in the month of a period: "the 5th of next month".
    private func dayInMonth(_ parts: Captured) -> Meaning? {
        guard let day = parts.integer(Slot.d), (1...31).contains(day), let period = parts.period(Slot.p),
            period.unit == .month, period.isSettled, period.modifier == .none
        else { return nil }
        let month = CivilDate(daysSince1970: period.future.start)
        guard Civil.exists(month.year, month.month, day) else { return .impossible }
        return .day(DayChoice(Civil.day(month.year, month.month, day)))
    }
}
