import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A month in the life of a person who does not exist: what their phone, their watch and a sensor in their kitchen
/// would have sent. The same seed and time give the same readings.
struct DemoHousehold {
    enum Source: String, CaseIterable, Sendable {
        case phone, watch, sensor

        var name: String {
            switch self {
            case .phone: "Mira's phone"
            case .watch: "Mira's watch"
            case .sensor: "Kitchen sensor"
            }
        }

        var platform: String {
            switch self {
            case .phone: "android-15"
            case .watch: "wear-os-5"
            case .sensor: "esp32"
            }
        }
    }

    static let days = 30

    let now: Timestamp
    private var random: SplitMix

    init(now: Timestamp, seed: UInt64 = 20_261_121) {
        self.now = now
        random = SplitMix(seed: seed)
    }

    /// Hands out the readings day by day, in lists of one source and one stream.
    mutating func days(_ take: (Source, String, [DemoReading]) async throws -> Void) async throws {
        for offset in (0..<Self.days).reversed() {
            let day = DemoDay(startingAt: LocalDay.start(of: now, shiftedBy: -offset), using: &random)
            var recorder = DemoRecorder(day: day, until: now, random: random)
            recorder.recordDay(hasRun: offset == 1)
            random = recorder.random
            for ((source, stream), readings) in recorder.readings where !readings.isEmpty {
                try await take(source, stream, readings)
            }
        }
    }
}

/// One made-up reading.
struct DemoReading: Sendable {
    var time: Timestamp
    var fields: JSONValue
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator that a seed repeats.
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    /// Normally distributed (sum of twelve uniform draws, good to three standard deviations).
    mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += Double.random(in: 0..<1, using: &self) }
        return mean + (sum - 6) * deviation
    }
}
