import Foundation
import HearthCore

/// Cuts time into the buckets of an aggregation: half-open, without gaps, each given by its first microsecond.
///
/// A calendar bucket begins at the first moment whose local time is midnight or later, so that days without a midnight
/// and days with two have one beginning. Weeks begin on Monday (ISO 8601).
package struct TimeBuckets: Sendable {
    private enum Unit: Sendable { case day, week, month }
    private enum Rule: Sendable {
        case fixed(Int64)
        case calendar(Unit, TimeZone)
        case all
    }

    private let rule: Rule
    /// The bucket found last: readings mostly come in order of time.
    private var recent: Range<Int64> = 0..<0

    /// Throws `.invalidValue` for a length that is not positive and for a time zone that does not exist.
    package init(_ width: Aggregation.Width) throws {
        func zone(_ name: String) throws -> TimeZone {
            guard let zone = TimeZone(identifier: name) else {
                throw HearthError(
                    .invalidValue, "There is no time zone “\(name)”.", hint: "Use an IANA name such as Europe/Berlin.")
            }
            return zone
        }
        switch width {
        case .fixed(let microseconds):
            guard microseconds > 0 else {
                throw HearthError(.invalidValue, "The length of a bucket must be positive.")
            }
            rule = .fixed(microseconds)
        case .days(let name): rule = .calendar(.day, try zone(name))
        case .weeks(let name): rule = .calendar(.week, try zone(name))
        case .months(let name): rule = .calendar(.month, try zone(name))
        case .all: rule = .all
        }
    }

    /// The bucket with this time (in microseconds since 1970).
    package mutating func bucket(containing time: Int64) -> Range<Int64> {
        if recent.contains(time) { return recent }
        switch rule {
        case .all: recent = Int64.min..<Int64.max
        case .fixed(let length):
            // At the two ends of what 64 bits hold, buckets are cut short.
            let (start, underflow) = time.floorDivided(by: length).multipliedReportingOverflow(by: length)
            let (end, overflow) = (underflow ? Int64.min : start).addingReportingOverflow(length)
            recent = (underflow ? Int64.min : start)..<(overflow ? Int64.max : end)
        case .calendar(let unit, let zone): recent = Self.calendarBucket(unit, zone, containing: time)
        }
        return recent
    }

    private static func calendarBucket(_ unit: Unit, _ zone: TimeZone, containing time: Int64) -> Range<Int64> {
        let second = time.floorDivided(by: 1_000_000)
        let localDay = (second + offset(of: zone, at: second)).floorDivided(by: 86_400)
        // The hour repeated after midnight belongs to the day that has begun already, so the local date is a first guess.
        var first = firstDay(of: unit, containing: Int(localDay))
        var next = nextFirstDay(of: unit, after: first)
        while beginning(ofDay: first, in: zone) > second {
            next = first
            first = firstDay(of: unit, containing: first - 1)
        }
        while beginning(ofDay: next, in: zone) <= second {
            first = next
            next = nextFirstDay(of: unit, after: first)
        }
        return beginning(ofDay: first, in: zone) * 1_000_000..<beginning(ofDay: next, in: zone) * 1_000_000
    }

    private static func firstDay(of unit: Unit, containing day: Int) -> Int {
        switch unit {
        case .day: return day
        case .week:
            // 1970-01-01 was a Thursday, three days after Monday.
            let sinceMonday = Int(Int64(day + 3) - Int64(day + 3).floorDivided(by: 7) * 7)
            return day - sinceMonday
        case .month:
            var date = CivilDate(daysSince1970: day)
            date.day = 1
            return date.daysSince1970
        }
    }

    private static func nextFirstDay(of unit: Unit, after first: Int) -> Int {
        switch unit {
        case .day: return first + 1
        case .week: return first + 7
        case .month:
            let date = CivilDate(daysSince1970: first)
            return first + CivilDate.daysInMonth(date.month, of: date.year)
        }
    }

    private static func offset(of zone: TimeZone, at second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// The first second whose local time is at least midnight of the day.
    private static func beginning(ofDay day: Int, in zone: TimeZone) -> Int64 {
        let midnight = Int64(day) * 86_400
        // No zone is further than 26 hours from UTC, so these two moments are surely before and after.
        var before = midnight - 26 * 3600
        var after = midnight + 26 * 3600
        let offsets = (offset(of: zone, at: before), offset(of: zone, at: after))
        for candidate in [midnight - offsets.0, midnight - offsets.1]
        where candidate + offset(of: zone, at: candidate) == midnight {
            return candidate
        }
        // The clock skipped midnight: the day begins at the jump.
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(of: zone, at: middle) == offsets.0 { before = middle } else { after = middle }
        }
        return after
    }
}
