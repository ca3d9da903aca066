import Foundation
import HearthCore

/// Times work that is too short to time once.
enum Stopwatch {
    /// Median seconds per call over `runs` runs of at least `minimum` each.
    static func secondsPerCall(
        runs: Int = 5, minimum: Duration = .milliseconds(100), _ body: () throws -> Void
    ) rethrows -> Double {
        let clock = ContinuousClock()
        var calls = 1
        // Doubles the calls until a run is long enough; that also warms caches.
        while true {
            let took = try clock.measure { for _ in 0..<calls { try body() } }
            if took >= minimum { break }
            calls *= 2
        }
        var seconds: [Double] = []
        for _ in 0..<runs {
            let took = try clock.measure { for _ in 0..<calls { try body() } }
            seconds.append(took.inSeconds / Double(calls))
        }
        return seconds.sorted()[runs / 2]
    }

    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        try await ContinuousClock().measure(body).inSeconds
    }

    /// Processor time of the whole process so far: what other programs on the machine do changes it little.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
