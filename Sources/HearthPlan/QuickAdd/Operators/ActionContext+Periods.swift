import HearthCore

/// Periods with bounds of their own: ranges, "within a week", "before May", "the end of the month".
extension ActionContext {
    func period(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .dayRange, .periodRange: range(parts)
        case .monthDays: monthDays(parts)
        case .monthDaysIn: monthDaysIn(parts)
        case .weekdaysIn: weekdaysIn(parts)
        case .monthsToYear: monthsToYear(parts)
        case .toDayOfMonth: toDayOfMonth(parts)
        case .yearOfBoth: yearOfBoth(parts)
        case .within: within(parts)
        case .fromDay: fromDay(parts)
        case .modify: modify(parts)
        case .bound: bound(parts)
        case .toDate: toDate(parts)
        default: nil
        }
    }

    private func range(_ parts: Captured) -> Meaning? {
        guard let first = parts.dayOrStart(Slot.a), let last = parts.dayOrStart(Slot.b) else { return nil }
        var future = DayPeriod.Bounds(start: first.future, end: last.future)
        var past = DayPeriod.Bounds(start: first.past, end: last.past)
        if future.start > future.end { future.start = first.past }
        if past.end < past.start { past.end = last.future }
        guard past.start < past.end, future.start < future.end else { return nil }
        return .period(DayPeriod(past: past, future: future, unit: .day))
    }

    /// From the a-th to the b-th of one month.
    private func monthDays(_ parts: Captured) -> Meaning? {
        guard let month = parts.integer(Slot.m), let first = parts.integer(Slot.a), let last = parts.integer(Slot.b),
            (1...31).contains(first), (1...31).contains(last), (1...12).contains(month)
        else { return nil }
        // An end before the start is in the next month.
        let next = last > first ? (month, 0) : month == 12 ? (1, 1) : (month + 1, 0)
        func bounds(_ year: Int) -> DayPeriod.Bounds? {
            guard Civil.exists(year, month, first), Civil.exists(year + next.1, next.0, last) else { return nil }
            return DayPeriod.Bounds(
                start: Civil.day(year, month, first), end: Civil.day(year + next.1, next.0, last))
        }
        if let year = parts.integer(Slot.y).map(Self.fullYear) {
            return bounds(year).map { .period(DayPeriod(past: $0, future: $0, unit: .day)) } ?? .impossible
        }
        guard let start = around({ Civil.exists($0, month, first) ? Civil.day($0, month, first) : nil }),
            let past = bounds(CivilDate(daysSince1970: start.past).year),
            let future = bounds(CivilDate(daysSince1970: start.future).year)
        else { return .impossible }
        return .period(DayPeriod(past: past, future: future, unit: .day))
    }

    /// From the a-th to the b-th of a month that was named by where it lies: "4 to 22 of next month".
    private func monthDaysIn(_ parts: Captured) -> Meaning? {
        guard let first = parts.integer(Slot.a), let last = parts.integer(Slot.b), let period = parts.period(Slot.p),
            period.isSettled, first < last
        else { return nil }
        let start = period.future.start + first - 1
        let end = period.future.start + last - 1
        return end < period.future.end ? .period(DayPeriod(start, end, .day)) : .impossible
    }

    /// "January to April 2015": the year belongs to both, or the start is in the year before.
    private func monthsToYear(_ parts: Captured) -> Meaning? {
        guard let month = parts.integer(Slot.m), let end = parts.dayOrStart(Slot.b)?.future else { return nil }
        let last = CivilDate(daysSince1970: end)
        let start = Civil.day(month <= last.month ? last.year : last.year - 1, month, 1)
        return start < end ? .period(DayPeriod(start, end, .day)) : nil
    }

    /// "Next week from Monday to Wednesday".
    private func weekdaysIn(_ parts: Captured) -> Meaning? {
        guard let first = parts.integer(Slot.a), let last = parts.integer(Slot.b), let period = parts.period(Slot.p),
            period.unit == .week, first < last
        else { return nil }
        return .period(DayPeriod(period.future.start + first - 1, period.future.start + last - 1, .day))
    }

    /// From a day to a day of its month, or of the next month.
    private func toDayOfMonth(_ parts: Captured) -> Meaning? {
        guard let first = parts.day(Slot.a), let last = parts.integer(Slot.b) else { return nil }
        func bounds(_ start: Int) -> DayPeriod.Bounds? {
            let date = CivilDate(daysSince1970: start)
            if last > date.day, Civil.exists(date.year, date.month, last) {
                return DayPeriod.Bounds(start: start, end: Civil.day(date.year, date.month, last))
            }
            guard let later = Civil.adding(months: 1, to: Civil.day(date.year, date.month, 1)) else { return nil }
            let next = CivilDate(daysSince1970: later)
            guard Civil.exists(next.year, next.month, last) else { return nil }
            return DayPeriod.Bounds(start: start, end: Civil.day(next.year, next.month, last))
        }
        guard let past = bounds(first.past), let future = bounds(first.future) else { return nil }
        return .period(DayPeriod(past: past, future: future, unit: .day))
    }

    /// "5/1 to 5/7, 2020": the year belongs to both.
    private func yearOfBoth(_ parts: Captured) -> Meaning? {
        guard let first = parts.day(Slot.a), let last = parts.day(Slot.b), first.month > 0, last.month > 0,
            !first.isSettled
        else { return nil }
        let year: Int
        if let named = parts.integer(Slot.y) {
            year = Self.fullYear(named)
        } else {
            guard last.isSettled else { return nil }
            year = CivilDate(daysSince1970: last.future).year
        }
        let begins = (first.month, first.dayOfMonth) <= (last.month, last.dayOfMonth) ? year : year - 1
        guard Civil.exists(begins, first.month, first.dayOfMonth), Civil.exists(year, last.month, last.dayOfMonth)
        else {
            return .impossible
        }
        let start = Civil.day(begins, first.month, first.dayOfMonth)
        let end = Civil.day(year, last.month, last.dayOfMonth)
        return start < end ? .period(DayPeriod(start, end, .day)) : nil
    }

    private func within(_ parts: Captured) -> Meaning? {
        guard let amount = parts.amount(Slot.a), !amount.hasClockParts else { return nil }
        let start = parts.day(Slot.b)?.future ?? today
        return Civil.adding(amount, times: 1, to: start).map { .period(DayPeriod(start, $0, .day)) }
    }

    private func fromDay(_ parts: Captured) -> Meaning? {
        guard let amount = parts.amount(Slot.a), let start = parts.day(Slot.b), !amount.hasClockParts,
            let past = Civil.adding(amount, times: 1, to: start.past),
            let future = Civil.adding(amount, times: 1, to: start.future)
        else { return nil }
        return .period(
            DayPeriod(
                past: DayPeriod.Bounds(start: start.past, end: past),
                future: DayPeriod.Bounds(start: start.future, end: future), unit: .day))
    }

    /// `k`: 1 early, 2 mid, 3 end, 4 earlier (up to the middle), 5 later (from the middle or today), 6 the rest.
    private func modify(_ parts: Captured) -> Meaning? {
        guard let kind = parts.integer(Slot.k),
            var period = parts.period(Slot.p) ?? parts.unit().flatMap({ unit($0, shift: 0) }), period.modifier == .none,
            period.past.start != DayPeriod.open, period.past.end != DayPeriod.open
        else { return nil }
        func cut(_ bounds: DayPeriod.Bounds) -> DayPeriod.Bounds {
            var part = bounds
            let length = bounds.end - bounds.start
            let half = bounds.start + (period.unit == .month ? 15 : length / 2)
            switch (period.unit, kind) {
            // A year that was named by its number is cut in three.
            case (.year, 1) where period.isOfNumberedYear:
                part.end = Civil.adding(months: 4, to: bounds.start) ?? bounds.end
            case (.year, 2):
                part.start = Civil.adding(months: 4, to: bounds.start) ?? bounds.start
                part.end = Civil.adding(months: 8, to: bounds.start) ?? bounds.end
            case (.year, 3) where period.isOfNumberedYear:
                part.start = Civil.adding(months: 8, to: bounds.start) ?? bounds.start
            case (.year, _):
                let middle = Civil.adding(months: 6, to: bounds.start) ?? half
                if kind == 1 || kind == 4 { part.end = middle }
                if kind == 3 || kind == 5 { part.start = middle }
            case (.month, 2):
                part.start = bounds.start + 9
                part.end = bounds.start + 20
            case (_, 1), (_, 4): part.end = half
            case (_, 2):
                part.start = bounds.start + length / 3
                part.end = bounds.end - length / 3
            case (_, 3), (_, 5): part.start = half
            default: break
            }
            if kind == 6 || kind == 5, (bounds.start..<bounds.end).contains(today) {
                part.start = max(part.start, today)
            }
            return part
        }
        period.past = cut(period.past)
        period.future = cut(period.future)
        switch kind {
        case 1, 4: period.modifier = .start
        case 2: period.modifier = .mid
        default: period.modifier = .end
        }
        return .period(period)
    }

    /// `k`: as `Modifier` numbers them; of a day, a period, a time, a moment.
    private func bound(_ parts: Captured) -> Meaning? {
        guard let modifier = parts.integer(Slot.k).flatMap(Modifier.init) else { return nil }
        let isStart = modifier == .after || modifier == .since
        switch parts[Slot.x] {
        case .day(let day):
            func bounds(_ day: Int) -> DayPeriod.Bounds {
                isStart
                    ? DayPeriod.Bounds(start: day, end: DayPeriod.open)
                    : DayPeriod.Bounds(start: DayPeriod.open, end: day)
            }
            var period = DayPeriod(past: bounds(day.past), future: bounds(day.future), unit: .day)
            period.modifier = modifier
            return .period(period)
        case .period(let inner):
            guard inner.past.start != DayPeriod.open, inner.past.end != DayPeriod.open else { return nil }
            func bounds(_ inner: DayPeriod.Bounds) -> DayPeriod.Bounds {
                switch modifier {
                case .after: DayPeriod.Bounds(start: inner.end, end: DayPeriod.open)
                case .since: DayPeriod.Bounds(start: inner.start, end: DayPeriod.open)
                case .until: DayPeriod.Bounds(start: DayPeriod.open, end: inner.end)
                default: DayPeriod.Bounds(start: DayPeriod.open, end: inner.start)
                }
            }
            var period = DayPeriod(past: bounds(inner.past), future: bounds(inner.future), unit: inner.unit)
            period.modifier = modifier
            return .period(period)
        case .clock(let clock):
            return .clockRange(
                ClockRange(start: isStart ? clock : nil, end: isStart ? nil : clock, modifier: modifier))
        case .clockRange(let range):
            guard let start = range.start, let end = range.end else { return nil }
            return .clockRange(
                ClockRange(start: isStart ? end : nil, end: isStart ? nil : start, modifier: modifier, part: range.part)
            )
        case .moment(let moment):
            return .stretch(
                Stretch(
                    readings: moment.readings.map {
                        Stretch.Bounds(start: isStart ? $0 : nil, end: isStart ? nil : $0)
                    }, modifier: modifier))
        default: return nil
        }
    }

    /// "The year to date"; without a period, all that was.
    private func toDate(_ parts: Captured) -> Meaning? {
        guard let unit = parts.unit() else {
            var period = DayPeriod(DayPeriod.open, today, .day)
            period.modifier = .before
            return .period(period)
        }
        return self.unit(unit, shift: 0).map { .period(DayPeriod($0.future.start, today, unit)) }
    }
}
