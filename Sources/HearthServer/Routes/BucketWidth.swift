import HearthCore
import HearthStore

/// The length of a time bucket as a caller writes it: `30s`, `5m`, `2h`, `1d`, `1w`, `1mo` or `all`.
enum BucketWidth {
    static let explanation = "is a length such as 30s, 5m, 1h, 1d, 1w, 1mo, or all"

    private static let units: [(suffix: String, microseconds: Int64)] = [
        ("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000),
    ]
    /// Longer than any retention; keeps arithmetic in range.
    private static let longest: Int64 = 366 * 86_400 * 1_000_000

    static func parse(_ text: String, timeZone: String) throws(HearthError) -> Aggregation.Width {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        if text == "all" { return .all }
        guard digits.count <= 12, let count = Int64(digits), count > 0 else {
            throw .malformedQuery("bucket", explanation)
        }
        switch unit {
        case "d", "w", "mo":
            // Days, weeks and months follow the calendar, where two of them have no natural start.
            guard count == 1 else { throw .malformedQuery("bucket", "can be 1\(unit), not \(count)\(unit)") }
            return unit == "d"
                ? .days(timeZone: timeZone) : unit == "w" ? .weeks(timeZone: timeZone) : .months(timeZone: timeZone)
        default:
            guard let unit = units.first(where: { $0.suffix == unit }) else {
                throw .malformedQuery("bucket", explanation)
            }
            let (length, isTooLong) = count.multipliedReportingOverflow(by: unit.microseconds)
            guard !isTooLong, length <= longest else {
                throw .malformedQuery("bucket", "must be at most 366 days long")
            }
            return .fixed(microseconds: length)
        }
    }
}
