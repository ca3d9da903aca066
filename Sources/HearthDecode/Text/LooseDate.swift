import HearthCore

/// Dates as pages and front matter write them: RFC 3339, or parts of ISO 8601 (a date alone, no seconds, no zone, a blank
/// for the T, a zone without colon). What has no zone counts as UTC.
enum LooseDate {
    static func timestamp(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8.prefix(40)).filter { $0 != 0x22 && $0 != 0x27 }
        let trimmed = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard let first = trimmed.first else { return nil }
        if let exact = Timestamp(String(first)) { return exact }
        let joined = trimmed.joined(separator: " ")
        guard let match = joined.firstMatch(of: pattern), let year = Int(match.1), let month = Int(match.2),
            let day = Int(match.3), (1...12).contains(month), day >= 1, year >= 1,
            day <= CivilDate.daysInMonth(month, of: year)
        else { return nil }
        let hour = match.4.flatMap { Int($0) } ?? 0
        let minute = match.5.flatMap { Int($0) } ?? 0
        let second = match.6.flatMap { Int($0) } ?? 0
        guard hour < 24, minute < 60, second < 61 else { return nil }
        var seconds =
            CivilDate(year: year, month: month, day: day).daysSince1970 * 86400 + hour * 3600 + minute * 60 + second
        if let sign = match.7, let hours = match.8.flatMap({ Int($0) }) {
            let offset = hours * 3600 + (match.9.flatMap { Int($0) } ?? 0) * 60
            seconds -= sign == "-" ? -offset : offset
        }
        return Timestamp(microseconds: Int64(seconds) * 1_000_000)
    }

    nonisolated(unsafe) private static let pattern =  // Not Sendable by its type alone: it is never changed.
        /^(\d{4})[-\/.](\d{1,2})[-\/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?(?:([+-])(\d{2}):?(\d{2})?|Z|UTC|GMT)?)?/
}
