import HearthCore

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7); the two obsolete forms are not read.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func timestamp(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]), parts[3].utf8.count == 4
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (1...31).contains(day) else { return nil }
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return Timestamp(
            "\(parts[3])-\(two(month + 1))-\(two(day))T\(two(clock[0])):\(two(clock[1])):\(two(clock[2]))Z"
        )
        .flatMap { year >= 1 ? $0 : nil }
    }
}
