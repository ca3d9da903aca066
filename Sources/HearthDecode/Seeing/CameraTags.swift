import HearthCore
import OrderedCollections

/// What a camera wrote into a picture, out of FFmpeg's text form of EXIF.
struct CameraTags {
    let tags: [String: String]
    /// Bytes of one value that are kept.
    private static let valueLength = 200
    /// ISO 12232; the most sensitive cameras have some four million.
    private static let sensitivities: ClosedRange<Int64> = 1...10_000_000

    /// 1 to 8; 1 when the file does not say.
    var orientation: Int {
        let value = tags["Orientation"].flatMap { Int($0.trimmingPrefix { $0 == " " }) } ?? 1
        return (1...8).contains(value) ? value : 1
    }

    /// The few that people ask about.
    var summary: JSONValue {
        var members: [(String, JSONValue)] = []
        for (tag, name) in [("Make", "make"), ("Model", "model"), ("Software", "software"), ("LensModel", "lens")] {
            if let text = tags[tag].map(Self.trimmed), !text.isEmpty { members.append((name, .string(text))) }
        }
        if let taken = tags["DateTimeOriginal"].flatMap(Self.time) { members.append(("taken_at", .string(taken))) }
        for (tag, name) in [("ExposureTime", "exposure_seconds"), ("FNumber", "aperture"), ("FocalLength", "focal_mm")]
        {
            if let number = tags[tag].flatMap(Self.number) { members.append((name, .real(number))) }
        }
        if let sensitivity = tags["ISOSpeedRatings"].flatMap(Self.number),
            let iso = Int64(exactly: sensitivity.rounded()), Self.sensitivities.contains(iso)
        {
            members.append(("iso", .integer(iso)))
        }
        return .object(.init(members, uniquingKeysWith: { first, _ in first }))
    }

    private static func trimmed(_ text: String) -> String {
        String(text.filter { !$0.isNewline && $0 != "\0" }.drop { $0 == " " }.prefix(valueLength))
    }

    /// `2024:05:01 10:11:12` as `2024-05-01T10:11:12`: local time, of which EXIF does not say where.
    private static func time(_ text: String) -> String? {
        let parts = text.split(whereSeparator: { ": ".contains($0) })
        guard parts.count == 6, parts[0].count == 4, parts.allSatisfy({ Int($0) != nil }), Int(parts[0]) != 0 else {
            return nil
        }
        return "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])"
    }

    /// `1:250`, or a plain number. FFmpeg writes whatever type the file gives the tag: nil for what is not finite.
    private static func number(_ text: String) -> Double? {
        let parts = text.split(separator: ":").map { Double($0.trimmingPrefix { $0 == " " }) }
        guard let first = parts.first, let numerator = first else { return nil }
        guard parts.count > 1 else { return numerator.isFinite ? numerator : nil }
        guard let denominator = parts[1], denominator != 0 else { return nil }
        let quotient = numerator / denominator
        return quotient.isFinite ? quotient : nil
    }
}
