public import Foundation
public import HearthCore

/// The clock on the wall of a time zone. Where it jumps, RFC 5545 section 3.3.5 decides: a time that was skipped is read
/// with the offset before the gap (02:30 becomes 03:30), one that comes twice means the first.
public struct WallClock: Sendable {
    public let zone: TimeZone

    public init(zone: TimeZone) { self.zone = zone }

    /// What a time of the wall clock meant.
    public enum Reading: Sendable, Hashable {
        case once(Timestamp)
        /// It was skipped; the time that is meant instead.
        case skipped(Timestamp)
        /// It comes twice.
        case twice(first: Timestamp, second: Timestamp)

        public var time: Timestamp {
            switch self {
            case .once(let time), .skipped(let time), .twice(let time, _): time
            }
        }
    }

    /// Seconds of the wall clock since 1970-01-01T00:00.
    public func seconds(at time: Timestamp) -> Int {
        let whole = Int((Double(time.microseconds) / 1_000_000).rounded(.down))
        return whole + offset(at: whole)
    }

    /// - Parameter wall: seconds of the wall clock since 1970-01-01T00:00.
    public func reading(of wall: Int) -> Reading {
        // Offsets a day before and after are those on both sides of any jump between.
        let before = offset(at: wall - 86_400)
        let after = offset(at: wall + 86_400)
        let early = wall - before
        guard before != after else { return .once(Self.timestamp(early)) }
        let late = wall - after
        let earlyHolds = offset(at: early) == before
        let lateHolds = offset(at: late) == after
        switch (earlyHolds, lateHolds) {
        case (true, true): return .twice(first: Self.timestamp(early), second: Self.timestamp(late))
        case (true, false): return .once(Self.timestamp(early))
        case (false, true): return .once(Self.timestamp(late))
        case (false, false): return .skipped(Self.timestamp(early))
        }
    }

    private func offset(at seconds: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    private static func timestamp(_ seconds: Int) -> Timestamp {
        Timestamp(microseconds: Int64(seconds) * 1_000_000)
    }
}
