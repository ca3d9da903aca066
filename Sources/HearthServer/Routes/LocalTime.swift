import Foundation
import HearthCore
import HearthStore
import Hummingbird

/// The time zone in which an answer counts days: the one asked for, else the person's.
struct LocalTime {
    let zone: TimeZone

    /// IANA name; UTC has one name here however it was asked for.
    var name: String { Self.universal.contains(zone.identifier) ? "UTC" : zone.identifier }

    private static let universal: Set<String> = ["GMT", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"]

    /// - Throws: `.malformedRequest` when `tz` names no zone.
    init(_ request: Request, _ person: Person?) throws(HearthError) {
        guard let name = request.query("tz") else {
            zone = person.flatMap { TimeZone(identifier: $0.timeZone) } ?? .gmt
            return
        }
        guard let zone = TimeZone(identifier: name) else {
            throw .malformedQuery("tz", "is no IANA time zone such as Europe/Berlin")
        }
        self.zone = zone
    }

    init(of person: Person?) { zone = person.flatMap { TimeZone(identifier: $0.timeZone) } ?? .gmt }

    /// East of UTC.
    func offsetSeconds(at time: Timestamp) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: time.seconds.rounded(.down)))
    }

    /// Days since 1970 on the local calendar.
    func day(of time: Timestamp) -> Int {
        let local = time.microseconds.floorDivided(by: 1_000_000) + Int64(offsetSeconds(at: time))
        return Int(local.floorDivided(by: 86_400))
    }

    /// Appends RFC 3339 with the local offset: `2026-11-21T00:00:00+01:00`.
    func append(_ time: Timestamp, to bytes: inout [UInt8]) {
        let offset = offsetSeconds(at: time)
        // RFC 3339 has no seconds in offsets; those of the 19th century are written in UTC.
        guard offset != 0, offset % 60 == 0 else { return time.append(to: &bytes) }
        Timestamp(microseconds: time.microseconds + Int64(offset) * 1_000_000).append(to: &bytes)
        bytes.removeLast()
        bytes.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        func digits(_ value: Int) {
            bytes.append(UInt8(ascii: "0") + UInt8(value / 10))
            bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
        }
        let minutes = abs(offset) / 60
        digits(minutes / 60)
        bytes.append(UInt8(ascii: ":"))
        digits(minutes % 60)
    }

    /// The time of a clock on the wall; the first of two, and where the clock jumped, as if it had not.
    func time(ofClock clock: Timestamp) -> Timestamp {
        let guess = Timestamp(microseconds: clock.microseconds - Int64(offsetSeconds(at: clock)) * 1_000_000)
        return Timestamp(microseconds: clock.microseconds - Int64(offsetSeconds(at: guess)) * 1_000_000)
    }
}
