import HearthCore

/// Writes times as RFC 3339 in UTC, as `Timestamp.append` does, and remembers the minute it wrote last: readings that
/// follow each other mostly share it, and dates are what costs.
struct TimestampText {
    private var minute = Int64.min
    /// `YYYY-MM-DDTHH:MM:`
    private var prefix: [UInt8] = []

    /// Bytes that a time takes at most.
    static let length = 32

    init() { prefix.reserveCapacity(Self.length) }

    mutating func write(_ time: Timestamp, to cursor: inout TextCursor) {
        let minute = time.microseconds.floorDivided(by: 60_000_000)
        if minute != self.minute { remember(minute) }
        cursor.bytes(prefix)
        let rest = Int(time.microseconds - minute * 60_000_000)
        cursor.digits(rest / 1_000_000, width: 2)
        var fraction = rest % 1_000_000
        if fraction > 0 {
            cursor.byte(UInt8(ascii: "."))
            var width = 6
            while fraction % 10 == 0 {
                fraction /= 10
                width -= 1
            }
            cursor.digits(fraction, width: width)
        }
        cursor.byte(UInt8(ascii: "Z"))
    }

    @inline(never)
    private mutating func remember(_ minute: Int64) {
        self.minute = minute
        prefix.removeAll(keepingCapacity: true)
        Timestamp(microseconds: minute * 60_000_000).append(to: &prefix)
        // What was appended ends in `00Z`.
        prefix.removeLast(3)
    }
}
