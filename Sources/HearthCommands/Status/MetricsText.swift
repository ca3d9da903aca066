/// Numbers out of the Prometheus text format, summed over labels.
struct MetricsText: Sendable {
    private(set) var values: [String: Double] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "{" && $0 != " " }
            // A timestamp may follow the value; Hearth writes none.
            guard let number = line.split(separator: " ").last.flatMap({ Double($0) }), number.isFinite else {
                continue
            }
            values[String(name), default: 0] += number
        }
    }
}
