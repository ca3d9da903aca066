/// A length of time as it was said, in parts: "1 year 1 month 21 days".
package struct Amount: Sendable, Hashable {
    package var years = 0.0
    package var months = 0.0
    package var weeks = 0.0
    package var days = 0.0
    package var hours = 0.0
    package var minutes = 0.0
    package var seconds = 0.0
    /// Days of work: Monday to Friday.
    package var workdays = 0.0
    /// Whole decades, centuries and quarters are counted from their boundary when one says "the next two decades".
    var unit = TimeUnit.day

    init() {}

    init(_ count: Double, _ unit: TimeUnit) {
        self.unit = unit
        switch unit {
        case .second: seconds = count
        case .minute: minutes = count
        case .hour: hours = count
        case .day, .night: days = count
        case .workday: workdays = count
        case .week: weeks = count
        case .fortnight: weeks = 2 * count
        case .month: months = count
        case .quarter: months = 3 * count
        case .year: years = count
        case .decade: years = 10 * count
        case .century: years = 100 * count
        case .weekend: weeks = count
        }
    }

    static func + (left: Amount, right: Amount) -> Amount {
        var sum = left
        sum.years += right.years
        sum.months += right.months
        sum.weeks += right.weeks
        sum.days += right.days
        sum.hours += right.hours
        sum.minutes += right.minutes
        sum.seconds += right.seconds
        sum.workdays += right.workdays
        if right.unit.rawValue < sum.unit.rawValue { sum.unit = right.unit }
        return sum
    }

    /// Parts shorter than a day are among it.
    var hasClockParts: Bool { hours != 0 || minutes != 0 || seconds != 0 }

    /// Seconds of a day, and so on: a month counts 30 days, a year 365, as nothing says which ones are meant.
    package var totalSeconds: Double {
        let days = 365 * years + 30 * months + 7 * weeks + self.days + workdays
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    }
}
