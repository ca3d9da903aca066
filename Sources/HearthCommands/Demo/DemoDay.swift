import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// What the person does and where, from midnight to midnight.
struct DemoDay {
    enum Activity: Sendable { case sleep, rest, desk, walk, ride, exercise }

    struct Place: Sendable, Hashable {
        var latitude: Double
        var longitude: Double

        // Public corners of Freiburg; nobody's address.
        static let home = Place(latitude: 47.98710, longitude: 7.84120)
        static let work = Place(latitude: 48.00160, longitude: 7.84250)
        static let gym = Place(latitude: 47.99620, longitude: 7.83210)
        static let park = Place(latitude: 48.00750, longitude: 7.81570)
        static let market = Place(latitude: 47.99560, longitude: 7.85300)
        static let friend = Place(latitude: 47.98290, longitude: 7.87350)
    }

    /// A stretch of one activity; on the way when the places differ.
    struct Stretch: Sendable {
        var start: Timestamp
        var end: Timestamp
        var activity: Activity
        var from: Place
        var to: Place

        var isMoving: Bool { from != to || activity == .walk }
    }

    let start: Timestamp
    let isWeekend: Bool
    private(set) var stretches: [Stretch] = []

    init(startingAt start: Timestamp, using random: inout SplitMix) {
        self.start = start
        let weekday = Self.weekday(of: start)
        isWeekend = weekday == 0 || weekday == 6
        var plan = Planner(start: start)
        if isWeekend {
            plan.until(8.4 + random.normal(0, 0.5), .sleep)
            plan.until(10.3 + random.normal(0, 0.3), .rest)
            plan.go(to: weekday == 6 ? .market : .park, .walk, hours: 0.4)
            plan.until(12.2 + random.normal(0, 0.3), .walk)
            plan.go(to: .home, .walk, hours: 0.4)
            plan.until(15.0 + random.normal(0, 0.4), .rest)
            plan.go(to: .friend, .ride, hours: 0.25)
            plan.until(19.0 + random.normal(0, 0.6), .rest)
            plan.go(to: .home, .ride, hours: 0.25)
            plan.until(23.4 + random.normal(0, 0.2), .rest)
        } else {
            plan.until(6.75 + random.normal(0, 0.2), .sleep)
            plan.until(8.1 + random.normal(0, 0.1), .rest)
            plan.go(to: .work, .ride, hours: 0.22 + random.normal(0, 0.01))
            plan.until(12.4 + random.normal(0, 0.15), .desk)
            plan.until(13.0, .walk)
            plan.until(17.2 + random.normal(0, 0.3), .desk)
            if weekday == 2 || weekday == 4 {
                plan.go(to: .gym, .ride, hours: 0.15)
                plan.until(19.0 + random.normal(0, 0.15), .exercise)
            }
            plan.go(to: .home, .ride, hours: 0.22)
            plan.until(22.9 + random.normal(0, 0.25), .rest)
        }
        plan.until(24, .sleep)
        stretches = plan.stretches
    }

    func stretch(at time: Timestamp) -> Stretch? { stretches.first { $0.start <= time && time < $0.end } }

    /// 0 is Sunday, in the machine's own time zone.
    private static func weekday(of time: Timestamp) -> Int {
        var seconds = time_t(time.microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return Int(parts.tm_wday)
    }

    /// Lays stretches end to end.
    private struct Planner {
        let start: Timestamp
        var hour = 0.0
        var place = Place.home
        var stretches: [Stretch] = []

        init(start: Timestamp) { self.start = start }

        mutating func until(_ end: Double, _ activity: Activity) { add(until: end, activity, to: place) }

        mutating func go(to place: Place, _ activity: Activity, hours: Double) {
            add(until: hour + hours, activity, to: place)
            self.place = place
        }

        private mutating func add(until end: Double, _ activity: Activity, to: Place) {
            let end = min(24, max(end, hour + 0.05))
            stretches.append(
                Stretch(
                    start: start + .seconds(hour * 3600), end: start + .seconds(end * 3600), activity: activity,
                    from: place,
                    to: to))
            hour = end
        }
    }
}
