import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A time as people write it on a command line: RFC 3339, a day of the machine's own time zone (`2026-11-21`, `today`,
/// `yesterday`), `now`, or a distance from now (`90s`, `15m`, `6h`, `7d`, `2w`).
enum TimeArgument {
    /// Which way a bare distance leads.
    enum Direction { case past, future }

    static func read(_ text: String, now: Timestamp, direction: Direction = .past) throws(HearthError) -> Timestamp {
        if let time = Timestamp(text) { return time }
        switch text.lowercased() {
        case "now": return now
        case "today": return LocalDay.start(of: now, shiftedBy: 0)
        case "yesterday": return LocalDay.start(of: now, shiftedBy: -1)
        case "tomorrow": return LocalDay.start(of: now, shiftedBy: 1)
        default: break
        }
        if let day = day(text) { return day }
        if let distance = distance(text) { return direction == .past ? now - distance : now + distance }
        throw HearthError(
            .invalidArgument, "`\(text)` is not a time.",
            hint: "Write it as in 2026-11-21T08:00:00+01:00, 2026-11-21, yesterday, 6h or 7d.")
    }

    static func distance(_ text: String) -> Duration? {
        let text = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let unit = text.last, let number = Double(text.dropLast()), number >= 0, number < 1e6 else { return nil }
        switch unit {
        case "s": return .seconds(number)
        case "m": return .seconds(number * 60)
        case "h": return .seconds(number * 3600)
        case "d": return .seconds(number * 86_400)
        case "w": return .seconds(number * 604_800)
        default: return nil
        }
    }

    private static func day(_ text: String) -> Timestamp? {
        guard text.utf8.count == 10, Timestamp(text + "T00:00:00Z") != nil else { return nil }
        let parts = text.split(separator: "-").compactMap { Int32($0) }
        guard parts.count == 3 else { return nil }
        var time = tm()
        time.tm_year = parts[0] - 1900
        time.tm_mon = parts[1] - 1
        time.tm_mday = parts[2]
        time.tm_isdst = -1
        return Timestamp(microseconds: Int64(mktime(&time)) * 1_000_000)
    }
}
