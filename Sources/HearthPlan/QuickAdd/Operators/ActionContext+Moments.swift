/// A day and a time together, and what lies between two of them.
extension ActionContext {
    func moment(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .restOfDay: .stretch(Stretch(readings: [Stretch.Bounds(start: now, end: today * 86_400 + 86_399)]))
        case .dayHalf: dayHalf(parts)
        case .dayClock, .periodClock: dayClock(parts)
        case .dayPart, .dayClockRange, .periodClockRange: dayClockRange(parts)
        case .endOfDay:
            .moment(Moment(readings: (parts.day(Slot.d)?.readings ?? [today]).map { $0 * 86_400 + 86_399 }))
        case .shiftMoment: shiftMoment(parts)
        case .momentRange: momentRange(parts)
        case .spanStretch: spanStretch(parts)
        default: nil
        }
    }

    /// Without a day, today; `s` days later.
    private func day(_ parts: Captured) -> DayChoice? {
        if parts[Slot.d] == nil { return DayChoice(today + (parts.integer(Slot.s) ?? 0)) }
        return parts.dayOrStart(Slot.d)
    }

    /// "Tuesday PM".
    private func dayHalf(_ parts: Captured) -> Meaning? {
        guard let day = parts.day(Slot.d), let half = parts.integer(Slot.k), half < 3 else { return nil }
        let start = half == 1 ? 0 : 43_200
        return .stretch(
            Stretch(
                readings: day.readings.map {
                    Stretch.Bounds(start: $0 * 86_400 + start, end: $0 * 86_400 + start + 43_200)
                }))
    }

    /// A task is done in the future: "Monday at 9", said on a Monday at 10, is the next one.
    private func ahead(_ day: DayChoice, _ clock: Int) -> DayChoice {
        guard manner == .tasks, !day.isSettled, day.future == today, today * 86_400 + clock < now else { return day }
        var moved = day
        moved.past = day.future
        if day.month > 0 {
            moved.future =
                around { Civil.exists($0, day.month, day.dayOfMonth) ? Civil.day($0, day.month, day.dayOfMonth) : nil }
                .map { $0.future == today ? Civil.adding(months: 12, to: today) ?? $0.future : $0.future } ?? day.future
        } else if day.dayOfMonth > 0 {
            moved.future = Civil.adding(months: 1, to: today) ?? day.future
        } else {
            moved.future = day.future + 7
        }
        return moved
    }

    private func dayClock(_ parts: Captured) -> Meaning? {
        guard let day = self.day(parts), var clock = parts.clock(Slot.t) else { return nil }
        if let part = parts.clockRange(Slot.p) {
            var captured = Captured(constants: [])
            captured[Slot.p] = .clockRange(part)
            captured[Slot.t] = .clock(clock)
            guard case .clock(let settled)? = perform(.partClock, captured) else { return nil }
            clock = settled
        }
        return .moment(
            Moment(readings: clock.readings.flatMap { time in ahead(day, time).readings.map { $0 * 86_400 + time } }))
    }

    private func dayClockRange(_ parts: Captured) -> Meaning? {
        guard let day = self.day(parts), var range = parts.clockRange(Slot.r) else { return nil }
        if let part = parts.clockRange(Slot.p), let start = range.start, let end = range.end {
            var captured = Captured(constants: [])
            captured[Slot.a] = .clock(start)
            captured[Slot.b] = .clock(end)
            captured[Slot.p] = .clockRange(part)
            guard case .clockRange(let settled)? = perform(.clockRange, captured) else { return nil }
            range = settled
        }
        let readings = range.readings.flatMap { time in
            ahead(day, time.start ?? time.end ?? 0).readings.map { day in
                Stretch.Bounds(
                    start: time.start.map { day * 86_400 + $0 }, end: time.end.map { day * 86_400 + $0 })
            }
        }
        return .stretch(Stretch(readings: readings, modifier: range.modifier))
    }

    private func seconds(_ amount: Amount, times sign: Int, from moment: Int) -> Int? {
        var days = amount
        (days.hours, days.minutes, days.seconds) = (0, 0, 0)
        let clock = Int((amount.hours * 3600 + amount.minutes * 60 + amount.seconds).rounded())
        let day = Civil.day(of: moment)
        guard abs(clock) < 1_000_000_000, let moved = Civil.adding(days, times: sign, to: day) else { return nil }
        return moved * 86_400 + (moment - day * 86_400) + sign * clock
    }

    /// An amount from a moment; without one, from now. From now only what is shorter than a day is a moment, the rest a day.
    private func shiftMoment(_ parts: Captured) -> Meaning? {
        guard let amount = parts.amount(Slot.a), let sign = parts.integer(Slot.s) else { return nil }
        guard let base = parts.moment(Slot.b) else {
            guard amount.hasClockParts else { return nil }
            return seconds(amount, times: sign, from: now).map { .moment(Moment(readings: [$0])) }
        }
        let moved = base.readings.compactMap { seconds(amount, times: sign, from: $0) }
        return moved.count == base.readings.count ? .moment(Moment(readings: moved)) : nil
    }

    private func momentRange(_ parts: Captured) -> Meaning? {
        // "From 2pm tomorrow to 5pm": the first such hour behind the start.
        if let clock = parts.clock(Slot.b), let start = parts.moment(Slot.a) {
            let readings = start.readings.compactMap { first -> Stretch.Bounds? in
                let midnight = Civil.day(of: first) * 86_400
                guard let end = clock.readings.map({ midnight + $0 }).first(where: { $0 > first }) else { return nil }
                return Stretch.Bounds(start: first, end: end)
            }
            return readings.isEmpty ? nil : .stretch(Stretch(readings: readings))
        }
        func moments(_ slot: Int8) -> [Int]? {
            if let moment = parts.moment(slot) { return moment.readings }
            return parts.dayOrStart(slot).map { $0.readings.map { $0 * 86_400 } }
        }
        guard let first = moments(Slot.a), var last = moments(Slot.b) else {
            // "Monday 9am to 5pm" is read as a day and a range; here the end is a clock on the day of the start.
            return nil
        }
        if first.count != last.count {
            if last.count == 1 { last = Array(repeating: last[0], count: first.count) }
            if first.count == 1 {
                return .stretch(
                    Stretch(readings: last.filter { $0 > first[0] }.map { .init(start: first[0], end: $0) }))
            }
        }
        guard first.count == last.count else { return nil }
        let readings = zip(first, last).filter { $0 < $1 }.map { Stretch.Bounds(start: $0, end: $1) }
        return readings.isEmpty ? nil : .stretch(Stretch(readings: readings))
    }

    /// "The last 5 minutes", "the next two hours".
    private func spanStretch(_ parts: Captured) -> Meaning? {
        guard let amount = saidAmount(parts), let sign = parts.integer(Slot.s), amount.hasClockParts,
            let other = seconds(amount, times: sign, from: now)
        else { return nil }
        return .stretch(Stretch(readings: [Stretch.Bounds(start: min(now, other), end: max(now, other))]))
    }
}
