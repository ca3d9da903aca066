import HearthCore
import Synchronization

/// The time of day as the header `Date` writes it (RFC 9110 section 5.6.7), made once a second.
final class HTTPDates: Sendable {
    private let time: any TimeSource
    private let latest = Mutex<(second: Int64, text: String)>((.min, ""))

    init(_ time: any TimeSource) { self.time = time }

    var now: String {
        let second = time.now().microseconds.floorDivided(by: 1_000_000)
        return latest.withLock { latest in
            if latest.second != second { latest = (second, Self.text(second: second)) }
            return latest.text
        }
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    static func text(second: Int64) -> String {
        let day = second.floorDivided(by: 86_400)
        let rest = Int(second - day * 86_400)
        let date = CivilDate(daysSince1970: Int(day))
        // 1 January 1970 was a Thursday.
        let weekday = Int((day % 7 + 7 + 4) % 7)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(days[weekday]), \(two(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
    }
}
