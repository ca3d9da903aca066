/// A time of day.
struct Clock: Sendable, Hashable {
    /// 0…86 400
    var seconds: Int
    /// Nothing said whether morning or afternoon is meant: twelve hours later is as good.
    var isAmbiguous: Bool

    /// Both readings of an ambiguous one, in order.
    var readings: [Int] {
        guard isAmbiguous else { return [seconds] }
        let early = seconds >= 43_200 && seconds < 46_800 ? seconds - 43_200 : seconds
        return [early, early + 43_200]
    }

    func settled(afternoon: Bool) -> Clock {
        guard isAmbiguous else { return self }
        return Clock(seconds: readings[afternoon ? 1 : 0], isAmbiguous: false)
    }
}

/// A part of the day, by its name or by its bounds.
struct ClockRange: Sendable, Hashable {
    /// Nil is open.
    var start: Clock?
    var end: Clock?
    var modifier = Modifier.none
    /// The number of a part of the day in the grammar files: 1 morning, 2 midday, 3 afternoon, 4 evening, 5 night.
    var part = 0

    /// Each reading as seconds of the day; an end before its start is on the next day.
    var readings: [(start: Int?, end: Int?)] {
        guard let start else { return (end?.readings ?? []).map { (nil, $0) } }
        guard let end else { return start.readings.map { ($0, nil) } }
        switch (start.isAmbiguous, end.isAmbiguous) {
        case (true, true):
            // A bare "3 to 8" is both in the morning or both in the afternoon.
            let length = (end.readings[0] - start.readings[0] + 43_200) % 43_200
            return start.readings.map { ($0, $0 + (length == 0 ? 43_200 : length)) }
        case (true, false):
            // "2 to 4pm": the nearest before the end.
            let best = start.readings.last { $0 < end.seconds } ?? start.readings[0]
            return [(best, end.seconds > best ? end.seconds : end.seconds + 86_400)]
        case (false, true):
            let best = end.readings.first { $0 > start.seconds } ?? end.readings[0] + 86_400
            return [(start.seconds, best)]
        case (false, false):
            return [(start.seconds, end.seconds > start.seconds || part > 0 ? end.seconds : end.seconds + 86_400)]
        }
    }
}

/// How a boundary is meant.
enum Modifier: Int, Sendable, Hashable {
    case none = 0
    case before = 1
    case after = 2
    case since = 3
    case until = 4
    case start = 5
    case mid = 6
    case end = 7
    case approximate = 8
}
