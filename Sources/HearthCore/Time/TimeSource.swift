#if canImport(Glibc)
import Glibc
#endif

/// Where code takes the time of day from: the system's, or a test's. Intervals are measured with `ContinuousClock`.
public protocol TimeSource: Sendable {
    func now() -> Timestamp
}

public struct SystemTime: TimeSource {
    public init() {}

    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
