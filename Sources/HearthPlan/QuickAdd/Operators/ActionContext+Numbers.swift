extension ActionContext {
    func numeric(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .number: return parts[Slot.n]
        case .sum:
            guard let a = parts.number(Slot.a), let b = parts.number(Slot.b) else { return nil }
            return .number(a + b, digits: 0)
        case .product:
            guard let a = parts.number(Slot.a), let b = parts.number(Slot.b) else { return nil }
            return .number(a * b, digits: 0)
        case .decimal:
            guard let a = parts.number(Slot.a), case .number(var b, let digits)? = parts[Slot.b] else { return nil }
            for _ in 0..<digits { b /= 10 }
            return .number(a + b, digits: 0)
        // A set of weekdays: bit 0 is Monday.
        case .mask:
            if let day = parts.integer(Slot.w) { return .number(Double(1 << (day - 1)), digits: 0) }
            guard let a = parts.integer(Slot.a), let b = parts.integer(Slot.b) else { return nil }
            return .number(Double(a | b), digits: 0)
        case .maskRange:
            guard let first = parts.integer(Slot.a), let last = parts.integer(Slot.b) else { return nil }
            var mask = 0
            var day = first - 1
            while true {
                mask |= 1 << day
                if day == last - 1 { break }
                day = (day + 1) % 7
            }
            return .number(Double(mask), digits: 0)
        default: return nil
        }
    }

    func amount(_ action: Action, _ parts: Captured) -> Meaning? {
        switch action {
        case .amount:
            guard let unit = parts.unit() else { return nil }
            let count = (parts.number(Slot.n) ?? 1) + (parts.number(Slot.h) ?? 0)
            guard count >= 0, count < 1e9 else { return nil }
            return .amount(Amount(count, unit))
        case .amountSum:
            guard let a = parts.amount(Slot.a), let b = parts.amount(Slot.b),
                // "two hours three weeks" is no one duration.
                b.unit.rawValue < a.unit.rawValue
            else { return nil }
            return .amount(a + b)
        default: return nil
        }
    }
}
