import HearthCore
import OrderedCollections

#if canImport(Glibc)
import Glibc
#endif

/// Turns a day into what the devices would measure of it.
struct DemoRecorder {
    /// A device and one of its streams.
    struct Channel: Hashable {
        var source: DemoHousehold.Source
        var stream: String
    }

    private let day: DemoDay
    private let until: Timestamp
    private(set) var random: SplitMix
    private var recorded: OrderedDictionary<Channel, [DemoReading]> = [:]

    init(day: DemoDay, until: Timestamp, random: SplitMix) {
        self.day = day
        self.until = until
        self.random = random
    }

    var readings: [((source: DemoHousehold.Source, stream: String), [DemoReading])] {
        recorded.map { (($0.key.source, $0.key.stream), $0.value) }
    }

    /// - Parameter hasRun: Whether ten minutes of the day's movement are recorded at a high rate.
    mutating func recordDay(hasRun: Bool) {
        recordBody()
        recordSleep()
        recordSteps()
        recordPositions()
        recordPhone()
        recordKitchen()
        if hasRun { recordMotion() }
    }

    private mutating func add(
        _ source: DemoHousehold.Source, _ stream: String, _ time: Timestamp, _ fields: JSONValue
    ) {
        guard time <= until else { return }
        recorded[Channel(source: source, stream: stream), default: []].append(DemoReading(time: time, fields: fields))
    }

    /// Times of the day, one every `seconds`.
    private func times(every seconds: Double) -> [Timestamp] {
        (0..<Int(86_400 / seconds)).map { day.start + .seconds(Double($0) * seconds) }
    }

    private static func rounded(_ value: Double, _ digits: Int) -> JSONValue {
        let scale = pow(10, Double(digits))
        return .real((value * scale).rounded() / scale)
    }

    // MARK: Watch

    private mutating func recordBody() {
        var beats = 58.0
        for (index, time) in times(every: 60).enumerated() {
            guard let stretch = day.stretch(at: time) else { continue }
            let goal: Double
            switch stretch.activity {
            case .sleep: goal = 53
            case .rest: goal = 67
            case .desk: goal = 71
            case .walk: goal = 98
            case .ride: goal = 121
            case .exercise: goal = 138
            }
            // The heart follows what the body does with a delay of some minutes.
            beats += (goal - beats) * 0.25 + random.normal(0, 1.6)
            // At rest the watch looks every other minute to save its battery.
            if stretch.activity == .sleep, index % 2 == 1 { continue }
            add(
                .watch, "heartrate", time,
                [
                    "bpm": Self.rounded(max(44, beats), 0),
                    "confidence": Self.rounded(min(1, random.normal(0.95, 0.02)), 2), "source": "ppg",
                ])
        }
    }

    private mutating func recordSleep() {
        for stretch in day.stretches where stretch.activity == .sleep {
            var time = stretch.start
            // Cycles of about an hour and a half, deeper at first, with more dreams towards the morning.
            let pattern: [(String, Double)] = [("light", 22), ("deep", 34), ("light", 16), ("rem", 18), ("awake", 2)]
            var index = 0
            while time < stretch.end {
                let (state, minutes) = pattern[index % pattern.count]
                let length = max(1, random.normal(minutes, 4))
                let end = min(time + .seconds(length * 60), stretch.end)
                add(
                    .watch, "sleep_state", time,
                    [
                        "state": .string(state), "confidence": Self.rounded(random.normal(0.82, 0.05), 2),
                        "duration_seconds": Self.rounded((end - time).inSeconds, 0),
                    ])
                if state == "deep" {
                    add(
                        .watch, "heart_rate_variability", end,
                        ["rmssd_ms": Self.rounded(max(15, random.normal(46, 8)), 1), "window_seconds": 300])
                }
                time = end
                index += 1
            }
        }
    }

    private mutating func recordSteps() {
        for time in times(every: 900) {
            guard let stretch = day.stretch(at: time) else { continue }
            let goal: Double
            switch stretch.activity {
            case .sleep, .ride: goal = 0
            case .rest: goal = 60
            case .desk: goal = 25
            case .walk: goal = 1450
            case .exercise: goal = 500
            }
            let steps = Int(max(0, random.normal(goal, goal * 0.4)))
            guard steps > 0 else { continue }
            let end = time + .seconds(900)
            add(
                .watch, "steps", end,
                ["steps": .integer(Int64(steps)), "start": .string(time.description), "end": .string(end.description)])
        }
    }

    /// Ten minutes of walking at 25 readings a second.
    private mutating func recordMotion() {
        guard let walk = day.stretches.last(where: { $0.activity == .walk || $0.activity == .ride }) else { return }
        for index in 0..<15_000 {
            let seconds = Double(index) / 25
            let phase = 2 * Double.pi * 1.9 * seconds
            add(
                .watch, "accelerometer", walk.start + .seconds(seconds),
                [
                    "x": Self.rounded(random.normal(0.4 * sin(phase), 0.15), 3),
                    "y": Self.rounded(random.normal(0.9 * cos(phase / 2), 0.2), 3),
                    "z": Self.rounded(random.normal(9.81 + 2.4 * sin(phase), 0.3), 3),
                ])
        }
    }

    // MARK: Phone

    private mutating func recordPositions() {
        for (index, time) in times(every: 60).enumerated() {
            guard let stretch = day.stretch(at: time) else { continue }
            let isMoving = stretch.isMoving && stretch.activity != .exercise
            // Still, a fix every quarter of an hour is enough.
            guard isMoving || index % 15 == 0 else { continue }
            let share = (time - stretch.start).inSeconds / max(1, (stretch.end - stretch.start).inSeconds)
            let isTravelling = stretch.from != stretch.to
            // A walk without a goal goes in a round of some hundred metres.
            let swing = isMoving && !isTravelling ? 0.0022 : 0
            let latitude =
                stretch.from.latitude + (stretch.to.latitude - stretch.from.latitude) * share
                + swing * sin(2 * .pi * share)
            let longitude =
                stretch.from.longitude + (stretch.to.longitude - stretch.from.longitude) * share
                + swing * 1.5 * (1 - cos(2 * .pi * share))
            let accuracy = isMoving ? 5.0 : 14.0
            let noise = accuracy / 111_000 / 2
            add(
                .phone, "gps", time,
                [
                    "latitude": Self.rounded(random.normal(latitude, noise), 6),
                    "longitude": Self.rounded(random.normal(longitude, noise), 6),
                    "accuracy": Self.rounded(max(3, random.normal(accuracy, 2)), 1),
                    "altitude": Self.rounded(random.normal(278, 3), 1),
                    "speed": Self.rounded(max(0, random.normal(speed(of: stretch, isMoving), 0.3)), 2),
                ])
        }
    }

    private func speed(of stretch: DemoDay.Stretch, _ isMoving: Bool) -> Double {
        guard isMoving else { return 0 }
        return stretch.activity == .ride ? 4.6 : 1.3
    }

    private mutating func recordPhone() {
        var battery = 96.0
        for time in times(every: 1200) {
            guard let stretch = day.stretch(at: time) else { continue }
            let isCharging = stretch.activity == .sleep && battery < 99.5
            battery = isCharging ? min(100, battery + 11) : max(6, battery - (stretch.activity == .sleep ? 0.3 : 1.6))
            add(
                .phone, "power", time,
                [
                    "battery_level": Self.rounded(battery, 0), "is_charging": .bool(isCharging),
                    "power_source": isCharging ? "ac" : "battery",
                ])
        }
        for hour in 0..<24 {
            let start = day.start + .seconds(Double(hour) * 3600)
            guard let stretch = day.stretch(at: start + .seconds(1800)), stretch.activity != .sleep else { continue }
            recordUsage(from: start, stretch.activity)
        }
    }

    private static let apps: [(package: String, name: String, share: Double)] = [
        ("org.example.mail", "Mail", 0.18), ("org.example.chat", "Chat", 0.27), ("org.example.reader", "Reader", 0.22),
        ("org.example.maps", "Maps", 0.07), ("org.example.player", "Player", 0.16),
        ("org.example.camera", "Camera", 0.1),
    ]

    private mutating func recordUsage(from start: Timestamp, _ activity: DemoDay.Activity) {
        let minutes = max(1, random.normal(activity == .desk ? 6 : activity == .rest ? 14 : 2, 3))
        let end = start + .seconds(3600)
        var entries: [JSONValue] = []
        for app in Self.apps {
            let time = Int64(max(0, random.normal(minutes * app.share, 1)) * 60_000)
            guard time > 10_000 else { continue }
            entries.append([
                "package_name": .string(app.package), "app_name": .string(app.name),
                "total_foreground_time_ms": .integer(time), "launch_count": .integer(1 + time / 180_000),
            ])
        }
        add(
            .phone, "android_app_usage", end,
            [
                "aggregation_period_start": .string(start.description),
                "aggregation_period_end": .string(end.description),
                "aggregation_interval_minutes": 60,
                "total_screen_time_ms": .integer(
                    entries.reduce(0) { $0 + ($1["total_foreground_time_ms"]?.int64 ?? 0) }),
                "total_unlocks": .integer(Int64(max(1, random.normal(minutes / 2, 1)))),
                "app_usage_stats": .array(entries),
            ])
        for index in 0..<Int(max(1, minutes / 4)) {
            let on = start + .seconds(Double(index) * 600 + Double.random(in: 0..<400, using: &random))
            add(
                .phone, "system_event", on, ["event_type": "screen_on", "event_category": "screen", "severity": "info"])
            add(
                .phone, "system_event", on + .seconds(Double.random(in: 20..<200, using: &random)),
                ["event_type": "screen_off", "event_category": "screen", "severity": "info"])
        }
    }

    // MARK: Kitchen

    private mutating func recordKitchen() {
        for time in times(every: 600) {
            let hour = (time - day.start).inSeconds / 3600
            let isCooking = (18.5...20).contains(hour) || (7...7.7).contains(hour)
            let temperature = 20.5 + 1.2 * sin((hour - 9) / 24 * 2 * .pi) + (isCooking ? 2.3 : 0)
            add(
                .sensor, "temperature", time,
                [
                    "temperature": Self.rounded(random.normal(temperature, 0.08), 2), "unit": "celsius",
                    "sensor_location": "ambient",
                ])
        }
    }
}
