/// A day that was named, days since 1970. What names no year (or no month) means the last such day or the next one.
struct DayChoice: Sendable, Hashable {
    /// Before today, unless both are the same.
    var past: Int
    /// Today or later, unless both are the same.
    var future: Int
    /// 0 when not named.
    var month = 0
    var dayOfMonth = 0
    var weekday = 0

    init(_ day: Int) {
        past = day
        future = day
    }

    init(past: Int, future: Int, month: Int = 0, dayOfMonth: Int = 0, weekday: Int = 0) {
        self.past = past
        self.future = future
        self.month = month
        self.dayOfMonth = dayOfMonth
        self.weekday = weekday
    }

    var isSettled: Bool { past == future }

    var readings: [Int] { past == future ? [past] : [past, future] }
}

/// Whole days from the first to the one after the last.
struct DayPeriod: Sendable, Hashable {
    static let open = Int.min

    struct Bounds: Sendable, Hashable {
        var start: Int
        var end: Int
    }

    var past: Bounds
    var future: Bounds
    var unit: TimeUnit
    var modifier = Modifier.none
    /// 0 when it is no month or names none.
    var month = 0
    /// The year was said as a number.
    var isOfNumberedYear = false

    init(_ start: Int, _ end: Int, _ unit: TimeUnit, modifier: Modifier = .none) {
        past = Bounds(start: start, end: end)
        future = past
        self.unit = unit
        self.modifier = modifier
    }

    init(past: Bounds, future: Bounds, unit: TimeUnit, month: Int = 0) {
        self.past = past
        self.future = future
        self.unit = unit
        self.month = month
    }

    var isSettled: Bool { past == future }
    var readings: [Bounds] { past == future ? [past] : [past, future] }
    var lengthDays: Int { future.end - future.start }
}
