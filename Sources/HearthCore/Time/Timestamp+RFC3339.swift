extension Timestamp {
    /// Reads RFC 3339 with an offset or `Z`; digits beyond microseconds are cut off. A leap second, which stands only
    /// at 23:59:60 UTC, counts as the next second. Nil for anything else, also for days a month does not have.
    public init?(_ text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp(utf8: $0) }) else { return nil }
        self = time
    }

    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count >= 20, let start = text.baseAddress else { return nil }
        // One reading has one of these, so nothing is decided digit by digit: a wrong one sets bits that stay.
        var wrong: UInt8 = 0
        func digits(_ offset: Int) -> Int {
            let tens = start[offset] &- UInt8(ascii: "0")
            let ones = start[offset &+ 1] &- UInt8(ascii: "0")
            wrong |= tens > 9 || ones > 9 ? 1 : 0
            return Int(tens) &* 10 &+ Int(ones)
        }
        let year = digits(0) &* 100 &+ digits(2)
        let (month, day, hour, minute, second) = (digits(5), digits(8), digits(11), digits(14), digits(17))
        let separator = start[10] | 0x20
        wrong |= (start[4] ^ UInt8(ascii: "-")) | (start[7] ^ UInt8(ascii: "-"))
        wrong |= (start[13] ^ UInt8(ascii: ":")) | (start[16] ^ UInt8(ascii: ":"))
        guard wrong == 0, separator == UInt8(ascii: "t") || start[10] == UInt8(ascii: " "),
            month >= 1, month <= 12, day >= 1, day <= 28 || day <= CivilDate.daysInMonth(month, of: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if text[index] == UInt8(ascii: ".") {
            index += 1
            var scale: Int64 = 100_000
            let start = index
            while index < text.count, text[index] &- UInt8(ascii: "0") < 10 {
                fraction += Int64(text[index] - UInt8(ascii: "0")) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < text.count else { return nil }
        var offsetMinutes = 0
        switch text[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            guard index + 1 == text.count else { return nil }
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard index + 6 == text.count, text[index + 3] == UInt8(ascii: ":") else { return nil }
            let hours = digits(index + 1)
            let minutes = digits(index + 4)
            guard wrong == 0, hours < 24, minutes < 60 else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (text[index] == UInt8(ascii: "-") ? -1 : 1)
        default: return nil
        }
        let minuteOfDay = hour * 60 + minute - offsetMinutes
        guard second < 60 || (minuteOfDay + 1440) % 1440 == 1439 else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = Int64(days) * 86_400 + Int64(minuteOfDay * 60 + second)
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Reads a count since 1970: seconds below 1e11 (year 5138), milliseconds below 1e14. Nil beyond.
    public init?(epoch value: Double) {
        let magnitude = abs(value)
        guard magnitude < 1e14 else { return nil }
        microseconds = Int64((value * (magnitude < 1e11 ? 1_000_000 : 1000)).rounded())
    }

    /// Appends RFC 3339 text in UTC. Years outside 0…9999 cannot occur in stored readings and are clamped.
    public func append(to bytes: inout [UInt8]) {
        let second = microseconds.floorDivided(by: 1_000_000)
        var fraction = microseconds - second * 1_000_000
        let day = second.floorDivided(by: 86_400)
        let secondOfDay = Int(second - day * 86_400)
        let date = CivilDate(daysSince1970: Int(day))
        func append(_ value: Int, _ width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        append(min(max(date.year, 0), 9999), 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, 2)
        bytes.append(UInt8(ascii: "T"))
        append(secondOfDay / 3600, 2)
        bytes.append(UInt8(ascii: ":"))
        append(secondOfDay / 60 % 60, 2)
        bytes.append(UInt8(ascii: ":"))
        append(secondOfDay % 60, 2)
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            var scale: Int64 = 100_000
            while fraction > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(fraction / scale))
                fraction %= scale
                scale /= 10
            }
        }
        bytes.append(UInt8(ascii: "Z"))
    }
}
