import HearthCore

/// Dates and times (RFC 3339, section 5.6) and durations (its appendix A).
extension FormatScanner {
    mutating func date() -> Bool {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2) else {
            return false
        }
        return month >= 1 && month <= 12 && day >= 1 && day <= CivilDate.daysInMonth(month, of: year)
    }

    mutating func time() -> Bool {
        guard let hour = digits(2), skip(":"), let minute = digits(2), skip(":"), let second = digits(2), hour < 24,
            minute < 60, second <= 60
        else { return false }
        if skip(".") && skipDigits() == 0 { return false }
        var offset = 0
        if !skipLetter("z") {
            let isBehind = next == UInt8(ascii: "-")
            guard skip("+") || skip("-"), let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24,
                minutes < 60
            else { return false }
            offset = (hours * 60 + minutes) * (isBehind ? -1 : 1)
        }
        // Leap seconds are inserted at the end of a UTC day.
        let minuteOfDay = (hour * 60 + minute - offset + 2 * 1440) % 1440
        return second < 60 || minuteOfDay == 1439
    }

    mutating func dateTime() -> Bool { date() && skipLetter("t") && time() }

    /// Units follow each other without gaps: hours and seconds, for example, need minutes between them.
    mutating func duration() -> Bool {
        guard skip("P") else { return false }
        if next != UInt8(ascii: "T") {
            let first = position
            guard skipDigits() > 0 else { return false }
            if skip("W") { return true }
            position = first
            guard units("YMD") else { return false }
            if isAtEnd { return true }
        }
        return skip("T") && units("HMS")
    }

    /// A run of neighbours among `letters`, each behind a number; at least one.
    private mutating func units(_ letters: StaticString) -> Bool {
        var isStarted = false
        for index in 0..<letters.utf8CodeUnitCount {
            let start = position
            let hasNumber = skipDigits() > 0
            if hasNumber, next == letters.utf8Start[index] {
                position += 1
                isStarted = true
            } else {
                position = start
                if isStarted { return !hasNumber }
            }
        }
        return isStarted
    }
}
