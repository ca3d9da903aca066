/// Amounts of bytes as people read and write them, in powers of 1024.
enum ByteCount {
    private static let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]

    /// Three digits at most where that is exact enough: `512 MiB`, `1.4 GiB`.
    static func text(_ count: Int) -> String {
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        if unit == 0 { return count == 1 ? "1 byte" : "\(count) bytes" }
        let isWhole = value.rounded() == value || value >= 100
        let number = isWhole ? String(Int(value.rounded())) : String((value * 10).rounded() / 10)
        return "\(number) \(units[unit])"
    }

    /// Reads `1024`, `64KiB`, `1.5 GiB`, `32m`. Nil for anything else, and for negative or huge amounts.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
        guard let number = Double(digits.filter { $0 != "_" }) else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        let power: Int
        switch unit {
        case "", "b", "byte", "bytes": power = 0
        case "k", "kb", "kib": power = 1
        case "m", "mb", "mib": power = 2
        case "g", "gb", "gib": power = 3
        case "t", "tb", "tib": power = 4
        default: return nil
        }
        let bytes = number * Double(1 << (10 * power))
        guard bytes < 0x1p60, let count = Int(exactly: bytes.rounded()) else { return nil }
        return count
    }
}
