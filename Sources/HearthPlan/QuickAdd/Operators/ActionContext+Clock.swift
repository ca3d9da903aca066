extension ActionContext {
    func clock(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .clock: clock(parts)
        case .compactClock: compactClock(parts)
        case .clockWords: clockWords(parts)
        case .partClock: partClock(parts)
        case .part: part(parts)
        case .modifyPart: modifyPart(parts)
        case .clockRange: clockRange(parts)
        case .clockSpan: clockSpan(parts)
        default: nil
        }
    }

    /// `k`: 1 before noon, 2 after noon, 3 unsaid, 4 by 24 hours.
    private func settle(_ seconds: Int, _ kind: Int) -> Clock? {
        let hour = seconds / 3600
        switch kind {
        case 1: return hour > 12 ? nil : Clock(seconds: hour == 12 ? seconds - 43_200 : seconds, isAmbiguous: false)
        case 2:
            // "14:00 pm" is written, and clear.
            return Clock(seconds: hour < 12 ? seconds + 43_200 : seconds, isAmbiguous: false)
        case 4: return Clock(seconds: seconds % 86_400, isAmbiguous: false)
        default: return Clock(seconds: seconds % 86_400, isAmbiguous: (1...12).contains(hour))
        }
    }

    private func clock(_ parts: Captured) -> Meaning? {
        guard let hour = parts.integer(Slot.h), (0...24).contains(hour) else { return nil }
        let minute = parts.integer(Slot.i) ?? 0
        let second = parts.integer(Slot.e) ?? 0
        guard (0..<60).contains(minute), (0..<60).contains(second), hour < 24 || minute + second == 0 else {
            return nil
        }
        var kind = parts.integer(Slot.k) ?? 3
        // Nobody writes 02:30 for the afternoon.
        if manner == .tasks, kind == 3, parts[Slot.i] != nil, hour < 10, case .number(_, 2)? = parts[Slot.h] {
            kind = 4
        }
        if kind == 2, hour == 0 || hour == 24 { return nil }
        return settle(hour * 3600 + minute * 60 + second, kind).map { .clock($0) }
    }

    private func compactClock(_ parts: Captured) -> Meaning? {
        guard case .number(let value, let written)? = parts[Slot.x], parts.integer(Slot.i) ?? written == written else {
            return nil
        }
        let digits = Int(value)
        guard digits / 100 <= 23, digits % 100 < 60 else { return nil }
        return settle(digits / 100 * 3600 + digits % 100 * 60, parts.integer(Slot.k) ?? 3).map { .clock($0) }
    }

    /// "Half past seven": `i` minutes after (`s` 1) or before (`s` -1) the hour `x`.
    private func clockWords(_ parts: Captured) -> Meaning? {
        guard let minutes = parts.integer(Slot.i), let sign = parts.integer(Slot.s), let base = parts.clock(Slot.x),
            (0...59).contains(minutes), base.seconds % 3600 == 0
        else { return nil }
        let seconds = (base.seconds + sign * minutes * 60 + 86_400) % 86_400
        guard base.isAmbiguous else { return .clock(Clock(seconds: seconds, isAmbiguous: false)) }
        return .clock(Clock(seconds: seconds, isAmbiguous: true))
    }

    /// "Eight in the evening".
    private func partClock(_ parts: Captured) -> Meaning? {
        guard let part = parts.clockRange(Slot.p), part.part > 0, let clock = parts.clock(Slot.t) else { return nil }
        guard clock.isAmbiguous else { return .clock(clock) }
        let hour = clock.readings[0] / 3600
        switch part.part {
        case 1: return .clock(clock.settled(afternoon: false))
        case 2: return .clock(clock.settled(afternoon: hour < 11 && hour != 0 || hour == 0))
        case 5: return .clock(clock.settled(afternoon: hour >= 5))
        default: return .clock(clock.settled(afternoon: true))
        }
    }

    /// Hours of the parts of a day, as most people say them; a task "in the morning" begins when the morning does.
    private func hours(of part: Int) -> (Int, Int)? {
        if manner == .tasks {
            switch part {
            case 1: return (6 * 3600, 6 * 3600)
            case 2: return (12 * 3600, 12 * 3600)
            case 3: return (12 * 3600, 12 * 3600)
            case 4: return (18 * 3600, 18 * 3600)
            case 5: return (21 * 3600, 21 * 3600)
            default: break
            }
        }
        switch part {
        case 1: return (8 * 3600, 12 * 3600)
        case 2: return (11 * 3600, 13 * 3600)
        case 3: return (12 * 3600, 16 * 3600)
        case 4: return (16 * 3600, 20 * 3600)
        case 5: return (20 * 3600, 86_399)
        // Meals and the day of work.
        case 6: return (8 * 3600, 12 * 3600)
        case 7: return (11 * 3600, 13 * 3600)
        case 8: return (16 * 3600, 20 * 3600)
        case 9: return (8 * 3600, 18 * 3600)
        case 10: return (0, 86_399)
        default: return nil
        }
    }

    private func part(_ parts: Captured) -> Meaning? {
        guard let number = parts.integer(Slot.n), let (start, end) = hours(of: number) else { return nil }
        return .clockRange(
            ClockRange(
                start: Clock(seconds: start, isAmbiguous: false), end: Clock(seconds: end, isAmbiguous: false),
                part: number))
    }

    /// `k`: 1 its first half, 3 its second half.
    private func modifyPart(_ parts: Captured) -> Meaning? {
        guard var range = parts.clockRange(Slot.p), range.part > 0, range.modifier == .none,
            let start = range.start?.seconds, let end = range.end?.seconds, let kind = parts.integer(Slot.k)
        else { return nil }
        let middle = manner == .tasks ? start + 7200 : (start + (end == 86_399 ? 86_400 : end)) / 2
        if kind == 1 {
            range.end = Clock(seconds: middle, isAmbiguous: false)
            range.modifier = .start
        } else {
            if manner == .tasks {
                range.end = Clock(seconds: min(start + 14_400, 86_399), isAmbiguous: false)
            }
            range.start = Clock(seconds: middle, isAmbiguous: false)
            range.modifier = .end
        }
        return .clockRange(range)
    }

    private func clockRange(_ parts: Captured) -> Meaning? {
        guard let start = parts.clock(Slot.a), let end = parts.clock(Slot.b), start != end else { return nil }
        var range = ClockRange(start: start, end: end)
        // "from 9 to 11 in the morning"
        if let part = parts.clockRange(Slot.p), part.part > 0 {
            let inner = Captured(constants: [])
            var first = inner
            first[Slot.p] = .clockRange(part)
            var last = first
            first[Slot.t] = .clock(start)
            last[Slot.t] = .clock(end)
            guard case .clock(let a)? = partClock(first), case .clock(let b)? = partClock(last) else { return nil }
            range = ClockRange(start: a, end: b)
        }
        return .clockRange(range)
    }

    private func clockSpan(_ parts: Captured) -> Meaning? {
        guard let start = parts.clock(Slot.a), let amount = parts.amount(Slot.b), amount.totalSeconds <= 43_200,
            amount.hasClockParts
        else { return nil }
        if start.isAmbiguous {
            let end = (start.seconds + Int(amount.totalSeconds)) % 43_200
            return .clockRange(ClockRange(start: start, end: Clock(seconds: end, isAmbiguous: true)))
        }
        let end = start.seconds + Int(amount.totalSeconds)
        return .clockRange(ClockRange(start: start, end: Clock(seconds: end % 86_400, isAmbiguous: false)))
    }
}
