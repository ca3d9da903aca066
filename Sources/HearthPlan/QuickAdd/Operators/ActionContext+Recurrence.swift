import HearthCore

extension ActionContext {
    func recurrence(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .every: every(parts).map { .recurrence($0) }
        case .everyWeekday, .everyWeekdays, .everyDayOfMonth, .everyNthWeekday, .everyDate, .everyPart:
            everyDay(action, parts).map { .recurrence($0) }
        case .setAt, .setPart, .setExcept, .setExceptDay, .setUntil, .setFrom, .setCount:
            refined(action, parts).map { .recurrence($0) }
        default: nil
        }
    }

    /// Nobody repeats at longer intervals; RFC 5545 sets no bound.
    private static let longestInterval = 1000

    private func every(_ parts: Captured) -> Recurrence? {
        guard let unit = parts.unit() else { return nil }
        let count = parts.number(Slot.n) ?? 1
        guard count >= 1, count.rounded() == count, Int(count) <= Self.longestInterval else { return nil }
        let interval = Int(count)
        switch unit {
        case .second, .century: return nil
        case .minute: return Recurrence(.minutely, interval: interval)
        case .hour: return Recurrence(.hourly, interval: interval)
        case .day: return Recurrence(.daily, interval: interval)
        case .night:
            var rule = Recurrence(.daily, interval: interval)
            rule.part = 5
            return rule
        case .week: return Recurrence(.weekly, interval: interval)
        case .fortnight: return Recurrence(.weekly, interval: 2 * interval)
        case .month: return Recurrence(.monthly, interval: interval)
        case .quarter: return Recurrence(.monthly, interval: 3 * interval)
        case .year: return Recurrence(.yearly, interval: interval)
        case .decade: return Recurrence(.yearly, interval: 10 * interval)
        case .weekend, .workday:
            var rule = Recurrence(.weekly, interval: interval)
            rule.weekdays = unit == .weekend ? Recurrence.weekendDays : Recurrence.workdays
            rule.isOfWeekPart = true
            return rule
        }
    }

    private func everyDay(_ action: Action, _ parts: Captured) -> Recurrence? {
        let interval = parts.integer(Slot.n) ?? 1
        guard (1...Self.longestInterval).contains(interval) else { return nil }
        switch action {
        case .everyWeekday, .everyWeekdays:
            guard let mask = parts.integer(Slot.w), mask > 0 else { return nil }
            var rule = Recurrence(.weekly, interval: interval)
            rule.weekdays = UInt8(truncatingIfNeeded: mask)
            return rule
        case .everyDayOfMonth:
            guard let day = parts.integer(Slot.d), (1...31).contains(day) || day == -1 else { return nil }
            var rule = Recurrence(.monthly, interval: interval)
            rule.dayOfMonth = day
            return rule
        case .everyNthWeekday:
            guard let ordinal = parts.integer(Slot.k), let mask = parts.integer(Slot.w), (1...5).contains(abs(ordinal))
            else { return nil }
            var rule = Recurrence(.monthly, interval: interval)
            rule.weekdays = UInt8(truncatingIfNeeded: mask)
            rule.ordinal = ordinal
            if let month = parts.integer(Slot.m) {
                rule.frequency = .yearly
                rule.month = month
            }
            return rule
        case .everyDate:
            var rule = Recurrence(.yearly, interval: interval)
            if let day = parts.day(Slot.d) {
                guard day.month > 0, day.dayOfMonth > 0 else { return nil }
                rule.month = day.month
                rule.dayOfMonth = day.dayOfMonth
            } else {
                guard let month = parts.integer(Slot.m) else { return nil }
                rule.month = month
            }
            return rule
        case .everyPart:
            guard let part = parts.clockRange(Slot.p), part.part > 0 else { return nil }
            var rule = Recurrence(.daily, interval: interval)
            if let mask = parts.integer(Slot.w) {
                rule = Recurrence(.weekly, interval: interval)
                rule.weekdays = UInt8(truncatingIfNeeded: mask)
            }
            rule.part = part.part
            return rule
        default: return nil
        }
    }

    private func refined(_ action: Action, _ parts: Captured) -> Recurrence? {
        guard var rule = parts.recurrence(Slot.x) else { return nil }
        switch action {
        case .setAt:
            guard rule.clock == nil, let clock = parts.clock(Slot.t) else { return nil }
            var captured = Captured(constants: [(slot: Slot.n, value: Double(max(rule.part, 1)))])
            if rule.part > 0, clock.isAmbiguous, let part = perform(.part, captured) {
                captured = Captured(constants: [])
                captured[Slot.p] = part
                captured[Slot.t] = .clock(clock)
                guard case .clock(let settled)? = perform(.partClock, captured) else { return nil }
                rule.clock = settled.seconds
            } else {
                rule.clock = clock.readings[0]
                rule.isClockAmbiguous = clock.isAmbiguous
            }
        case .setPart:
            guard rule.part == 0, rule.clock == nil, let part = parts.clockRange(Slot.p), part.part > 0 else {
                return nil
            }
            rule.part = part.part
        case .setExcept:
            guard let mask = parts.integer(Slot.w) else { return nil }
            rule.exceptWeekdays |= UInt8(truncatingIfNeeded: mask)
        case .setExceptDay:
            switch parts[Slot.d] {
            case .day(let day): rule.exceptDays.append(day.future)
            case .period(let period) where period.lengthDays > 0 && period.lengthDays <= 366:
                rule.exceptDays += Array(period.future.start..<period.future.end)
            default: return nil
            }
        case .setUntil:
            guard rule.until == nil, rule.count == nil else { return nil }
            switch parts[Slot.d] {
            case .day(let day): rule.until = day.future
            case .period(let period) where period.future.end != DayPeriod.open: rule.until = period.future.end - 1
            default: return nil
            }
        case .setFrom:
            guard rule.from == nil, let day = parts.dayOrStart(Slot.d) else { return nil }
            rule.from = day.future
        case .setCount:
            guard rule.count == nil, rule.until == nil else { return nil }
            if let amount = parts.amount(Slot.a) {
                // "Every day for 15 minutes" tells how long each one takes.
                guard !amount.hasClockParts, let end = Civil.adding(amount, times: 1, to: rule.from ?? today) else {
                    return nil
                }
                rule.until = end - 1
            } else {
                guard let count = parts.integer(Slot.n), (1...Self.longestInterval).contains(count) else { return nil }
                rule.count = count
            }
        default: return nil
        }
        return rule
    }
}
