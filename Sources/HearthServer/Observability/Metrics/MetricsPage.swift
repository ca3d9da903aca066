/// The text format 0.0.4 of Prometheus.
struct MetricsPage {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    mutating func begin(_ name: MetricName, _ kind: Kind, _ help: String) {
        text += "# HELP \(name.text) \(help)\n# TYPE \(name.text) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: MetricName, _ labels: [(String, String)] = [], _ value: some Numeric) {
        text += "\(name.text)\(Self.braces(labels)) \(value)\n"
    }

    /// - Parameter cumulative: Observations up to each bound; the last counts all.
    mutating func histogram(
        _ name: MetricName, _ labels: [(String, String)] = [], bounds: [Double], cumulative: [UInt64], sum: Double
    ) {
        for (index, count) in cumulative.enumerated() {
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text += "\(name.text)_bucket\(Self.braces(labels + [("le", bound)])) \(count)\n"
        }
        text += "\(name.text)_sum\(Self.braces(labels)) \(sum)\n"
        text += "\(name.text)_count\(Self.braces(labels)) \(cumulative.last ?? 0)\n"
    }

    /// A metric with one sample and no labels.
    mutating func single(_ name: MetricName, _ kind: Kind, _ help: String, _ value: some Numeric) {
        begin(name, kind, help)
        sample(name, [], value)
    }

    private static func braces(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5c || $0 == 0x0a }) else { return text }
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
