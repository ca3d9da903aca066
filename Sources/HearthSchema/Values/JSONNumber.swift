import HearthCore

/// A JSON number with exact comparison between its two forms.
enum JSONNumber: Hashable, Sendable, Comparable {
    case integer(Int64)
    /// Finite.
    case real(Double)

    init?(_ value: JSONValue) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        default: return nil
        }
    }

    init?(_ value: JSONReference) {
        switch value.kind {
        case .integer: self = .integer(value.int64 ?? 0)
        case .real: self = .real(value.double ?? 0)
        default: return nil
        }
    }

    static func == (left: JSONNumber, right: JSONNumber) -> Bool { !(left < right) && !(right < left) }

    static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.real(let left), .real(let right)): left < right
        case (.integer(let left), .real(let right)): precedes(left, right)
        case (.real(let left), .integer(let right)): follows(right, left)
        }
    }

    /// Doubles at or beyond ±2^63 lie outside of `Int64`; below, the whole part is exact.
    private static func precedes(_ left: Int64, _ right: Double) -> Bool {
        if right >= 0x1p63 { return true }
        if right < -0x1p63 { return false }
        let whole = Int64(right.rounded(.down))
        return left < whole || (left == whole && Double(whole) < right)
    }

    private static func follows(_ left: Int64, _ right: Double) -> Bool {
        if right >= 0x1p63 { return false }
        if right < -0x1p63 { return true }
        return left > Int64(right.rounded(.down))
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .integer(let value): hasher.combine(value)
        case .real(let value):
            if let whole = Int64(exactly: value) { hasher.combine(whole) } else { hasher.combine(value) }
        }
    }

    /// As JSON writes it.
    var text: String {
        switch self {
        case .integer(let value): JSONValue.integer(value).text
        case .real(let value): JSONValue.real(value).text
        }
    }
}

/// The numbers that a set of bounds lets through, as closed ranges for each form.
struct NumberRange: Sendable {
    var lowestInteger = Int64.min
    var highestInteger = Int64.max
    var lowestReal = -Double.infinity
    var highestReal = Double.infinity

    mutating func apply(_ bound: NumberBound) {
        switch bound.limit {
        case .integer(let limit):
            // The double nearest to the limit may lie on either side of it; doubles know nothing in between.
            let nearest = Double(limit)
            let order: JSONNumber = .real(nearest)
            switch bound.side {
            case .lower:
                let (next, overflow) = limit.addingReportingOverflow(bound.isExclusive ? 1 : 0)
                if overflow { emptyIntegers() } else { lowestInteger = max(lowestInteger, next) }
                let excludes = bound.isExclusive ? order <= bound.limit : order < bound.limit
                lowestReal = max(lowestReal, excludes ? nearest.nextUp : nearest)
            case .upper:
                let (next, overflow) = limit.subtractingReportingOverflow(bound.isExclusive ? 1 : 0)
                if overflow { emptyIntegers() } else { highestInteger = min(highestInteger, next) }
                let excludes = bound.isExclusive ? order >= bound.limit : order > bound.limit
                highestReal = min(highestReal, excludes ? nearest.nextDown : nearest)
            }
        case .real(let limit):
            switch bound.side {
            case .lower:
                lowestReal = max(lowestReal, bound.isExclusive ? limit.nextUp : limit)
                if limit >= 0x1p63 {
                    emptyIntegers()
                } else if limit >= -0x1p63 {
                    let whole = Int64(limit.rounded(.down))
                    let isBelow = Double(whole) < limit || bound.isExclusive
                    lowestInteger = max(lowestInteger, isBelow ? whole + 1 : whole)
                }
            case .upper:
                highestReal = min(highestReal, bound.isExclusive ? limit.nextDown : limit)
                if limit < -0x1p63 {
                    emptyIntegers()
                } else if limit < 0x1p63 {
                    let whole = Int64(limit.rounded(.down))
                    let isAbove = bound.isExclusive && Double(whole) == limit
                    if isAbove && whole == .min {
                        emptyIntegers()
                    } else {
                        highestInteger = min(highestInteger, isAbove ? whole - 1 : whole)
                    }
                }
            }
        }
    }

    /// Bounds only ever raise the lower end and lower the upper one, so that the range stays empty.
    private mutating func emptyIntegers() { (lowestInteger, highestInteger) = (.max, .min) }
}
