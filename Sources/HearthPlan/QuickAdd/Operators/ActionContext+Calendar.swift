import HearthCore

/// Periods that a calendar has names for: months, weeks, quarters, "next year".
extension ActionContext {
    func calendarPeriod(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .month: month(parts)
        case .year: parts.integer(Slot.y).flatMap { year(Self.fullYear($0)) }.map { .period($0) }
        case .unit: parts.unit().flatMap { unit($0, shift: parts.integer(Slot.s) ?? 0) }.map { .period($0) }
        case .span: span(parts)
        case .quarter: quarter(parts)
        case .weekNumber: weekNumber(parts)
        case .nthUnit: nthUnit(parts)
        case .weekOf: weekOf(parts)
        case .weekendOf: weekendOf(parts)
        case .decade: decade(parts)
        case .century: century(parts)
        case .season: season(parts)
        case .half: half(parts)
        default: nil
        }
    }

    private func year(_ year: Int) -> DayPeriod? {
        guard (Civil.earliestYear...Civil.latestYear - 1).contains(year) else { return nil }
        var period = DayPeriod(Civil.day(year, 1, 1), Civil.day(year + 1, 1, 1), .year)
        period.isOfNumberedYear = true
        return period
    }

    static func monthBounds(_ year: Int, _ month: Int) -> DayPeriod.Bounds {
        let start = Civil.day(year, month, 1)
        return DayPeriod.Bounds(start: start, end: start + CivilDate.daysInMonth(month, of: year))
    }

    private func month(_ parts: Captured) -> Meaning? {
        guard let month = parts.integer(Slot.m), (1...12).contains(month) else { return nil }
        var year: Int?
        if let named = parts.integer(Slot.y) { year = Self.fullYear(named) }
        if let shift = parts.integer(Slot.s) { year = date.year + shift }
        if let period = parts.period(Slot.p) {
            guard period.unit == .year, period.isSettled else { return nil }
            year = CivilDate(daysSince1970: period.future.start).year
        }
        if let year {
            guard (Civil.earliestYear...Civil.latestYear).contains(year) else { return nil }
            let bounds = Self.monthBounds(year, month)
            return .period(DayPeriod(past: bounds, future: bounds, unit: .month, month: month))
        }
        let past = Self.monthBounds(month >= date.month ? date.year - 1 : date.year, month)
        let future = Self.monthBounds(month < date.month ? date.year + 1 : date.year, month)
        return .period(DayPeriod(past: past, future: future, unit: .month, month: month))
    }

    /// The week, month and so on that today is in, moved by `shift` of them.
    func unit(_ unit: TimeUnit, shift: Int) -> DayPeriod? { self.unit(unit, shift: shift, around: today) }

    private func unit(_ unit: TimeUnit, shift: Int, around day: Int, count: Int = 1) -> DayPeriod? {
        guard abs(shift) < 5000, (0..<5000).contains(count) else { return nil }
        let date = CivilDate(daysSince1970: day)
        func years(_ length: Int) -> DayPeriod? {
            let first = date.year / length * length + shift * length
            guard first > Civil.earliestYear, first + length * count <= Civil.latestYear else { return nil }
            return DayPeriod(Civil.day(first, 1, 1), Civil.day(first + length * count, 1, 1), unit)
        }
        func months(_ length: Int) -> DayPeriod? {
            let first = (date.year * 12 + date.month - 1) / length * length + shift * length
            let end = first + length * count
            guard first > 12 * Civil.earliestYear, end < 12 * Civil.latestYear else { return nil }
            return DayPeriod(
                Civil.day(first / 12, first % 12 + 1, 1), Civil.day(end / 12, end % 12 + 1, 1), unit)
        }
        let monday = Civil.monday(of: day)
        switch unit {
        case .day: return DayPeriod(day + shift, day + shift + count, .day)
        case .week: return DayPeriod(monday + 7 * shift, monday + 7 * (shift + count), .week)
        case .fortnight: return DayPeriod(monday + 14 * shift, monday + 14 * (shift + count), .week)
        case .weekend: return DayPeriod(monday + 5 + 7 * shift, monday + 7 + 7 * shift, .weekend)
        case .workday: return DayPeriod(monday + 7 * shift, monday + 5 + 7 * shift, .workday)
        case .month: return months(1)
        case .quarter: return months(3)
        case .year: return years(1)
        case .decade: return years(10)
        case .century: return years(100)
        case .second, .minute, .hour, .night: return nil
        }
    }

    /// "The next 3 weeks", "the last 10 days".
    private func span(_ parts: Captured) -> Meaning? {
        guard let amount = saidAmount(parts), let sign = parts.integer(Slot.s), !amount.hasClockParts else {
            return nil
        }
        switch amount.unit {
        case .quarter, .decade, .century:
            let length =
                amount.unit == .quarter ? amount.months / 3 : amount.years / (amount.unit == .decade ? 10 : 100)
            let count = Int(length)
            guard count > 0 else { return nil }
            return unit(amount.unit, shift: sign > 0 ? 1 : -count, around: today, count: count).map { .period($0) }
        default: break
        }
        if sign > 0 {
            return Civil.adding(amount, times: 1, to: today + 1).map { .period(DayPeriod(today + 1, $0, amount.unit)) }
        }
        return Civil.adding(amount, times: -1, to: today).map { .period(DayPeriod($0, today, amount.unit)) }
    }

    /// As one, or as a count and a unit.
    func saidAmount(_ parts: Captured) -> Amount? {
        if let amount = parts.amount(Slot.a) { return amount }
        guard let count = parts.number(Slot.n), let unit = parts.unit() else { return nil }
        return Amount(count, unit)
    }

    private func quarter(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (1...4).contains(number) else { return nil }
        func bounds(_ year: Int) -> DayPeriod.Bounds {
            DayPeriod.Bounds(
                start: Civil.day(year, number * 3 - 2, 1),
                end: number == 4 ? Civil.day(year + 1, 1, 1) : Civil.day(year, number * 3 + 1, 1))
        }
        return inYear(parts, .quarter, bounds)
    }

    private func weekNumber(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (1...53).contains(number) else { return nil }
        let monday = Civil.week(number, of: parts.integer(Slot.y).map(Self.fullYear) ?? date.year)
        return .period(DayPeriod(monday, monday + 7, .week))
    }

    /// The n-th unit of a period; with `k`, the first (n = 1) or last (n = -1) k of them.
    private func nthUnit(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), let inner = parts.unit(), let period = parts.period(Slot.p),
            number != 0
        else { return nil }
        let count = parts.integer(Slot.k) ?? 1
        guard (1...100).contains(count), abs(number) <= 100 else { return nil }
        func find(_ bounds: DayPeriod.Bounds) -> DayPeriod.Bounds? {
            guard bounds.start != DayPeriod.open, bounds.end != DayPeriod.open else { return nil }
            var anchor = number > 0 ? bounds.start : bounds.end - 1
            if inner == .week {
                // A week belongs to where its Thursday is, as in ISO 8601.
                anchor = Civil.monday(of: anchor)
                if anchor + 3 < bounds.start { anchor += 7 }
                if anchor + 3 >= bounds.end { anchor -= 7 }
            }
            let shift = number > 0 ? number - 1 : number + 1 - (count - 1)
            guard let found = unit(inner, shift: shift, around: anchor, count: count) else { return nil }
            guard found.future.start < bounds.end, found.future.end > bounds.start else { return nil }
            return found.future
        }
        guard let past = find(period.past), let future = find(period.future) else { return nil }
        return .period(DayPeriod(past: past, future: future, unit: inner))
    }

    private func weekOf(_ parts: Captured) -> Meaning? {
        guard let day = parts.day(Slot.d) else { return nil }
        func week(_ day: Int) -> DayPeriod.Bounds {
            DayPeriod.Bounds(start: Civil.monday(of: day), end: Civil.monday(of: day) + 7)
        }
        return .period(DayPeriod(past: week(day.past), future: week(day.future), unit: .week))
    }

    /// The weekend that a day is on or near.
    private func weekendOf(_ parts: Captured) -> Meaning? {
        var named = parts.day(Slot.d)
        if named == nil, case .day(let holiday)? = perform(.holiday, parts) { named = holiday }
        guard let day = named else { return nil }
        func weekend(_ day: Int) -> DayPeriod.Bounds {
            let saturday = Civil.monday(of: day) + 5
            return DayPeriod.Bounds(start: saturday, end: saturday + 2)
        }
        return .period(DayPeriod(past: weekend(day.past), future: weekend(day.future), unit: .weekend))
    }

    /// "The nineties": of the last century and of this one.
    private func decade(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), number % 10 == 0 else { return nil }
        func bounds(_ year: Int) -> DayPeriod.Bounds {
            DayPeriod.Bounds(start: Civil.day(year, 1, 1), end: Civil.day(year + 10, 1, 1))
        }
        if number >= 1000 { return .period(DayPeriod(past: bounds(number), future: bounds(number), unit: .decade)) }
        let century = date.year / 100 * 100
        let past = century + number < date.year ? century + number : century - 100 + number
        return .period(DayPeriod(past: bounds(past), future: bounds(past + 100), unit: .decade))
    }

    /// By whole months, as meteorologists count: spring begins in March. 1 spring … 4 winter.
    private func season(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (1...4).contains(number) else { return nil }
        func bounds(_ year: Int) -> DayPeriod.Bounds {
            number == 4
                ? DayPeriod.Bounds(start: Civil.day(year, 12, 1), end: Civil.day(year + 1, 3, 1))
                : DayPeriod.Bounds(start: Civil.day(year, 3 * number, 1), end: Civil.day(year, 3 * number + 3, 1))
        }
        return inYear(parts, .quarter, bounds)
    }

    private func half(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (1...2).contains(number) else { return nil }
        return inYear(parts, .quarter) { year in
            number == 1
                ? DayPeriod.Bounds(start: Civil.day(year, 1, 1), end: Civil.day(year, 7, 1))
                : DayPeriod.Bounds(start: Civil.day(year, 7, 1), end: Civil.day(year + 1, 1, 1))
        }
    }

    /// A part of the year that was named, else of the last and the next one.
    private func inYear(_ parts: Captured, _ unit: TimeUnit, _ bounds: (Int) -> DayPeriod.Bounds) -> Meaning? {
        var year: Int?
        if let named = parts.integer(Slot.y) { year = Self.fullYear(named) }
        if let shift = parts.integer(Slot.s) { year = date.year + shift }
        if let period = parts.period(Slot.p), period.unit == .year, period.isSettled {
            year = CivilDate(daysSince1970: period.future.start).year
        }
        if let year {
            guard (Civil.earliestYear...Civil.latestYear - 1).contains(year) else { return nil }
            return .period(DayPeriod(past: bounds(year), future: bounds(year), unit: unit))
        }
        let current = bounds(date.year)
        let isOver = current.start < today
        return .period(
            DayPeriod(
                past: isOver ? current : bounds(date.year - 1), future: isOver ? bounds(date.year + 1) : current,
                unit: unit))
    }

    private func century(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), (11...90).contains(number) else { return nil }
        return .period(
            DayPeriod(Civil.day(number * 100 - 100, 1, 1), Civil.day(number * 100, 1, 1), .century))
    }
}
