import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Days as the machine's own time zone cuts them.
enum LocalDay {
    /// Midnight that begins the day of `time`, some days earlier or later.
    static func start(of time: Timestamp, shiftedBy days: Int) -> Timestamp {
        var seconds = time_t(time.microseconds.floorDivided(by: 1_000_000))
        var parts = tm()
        localtime_r(&seconds, &parts)
        parts.tm_hour = 0
        parts.tm_min = 0
        parts.tm_sec = 0
        parts.tm_mday += Int32(days)
        parts.tm_isdst = -1
        return Timestamp(microseconds: Int64(mktime(&parts)) * 1_000_000)
    }
}
