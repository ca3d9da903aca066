import HearthCore

/// Numbers and times as people read them.
enum Quantity {
    /// `1,234,567`
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Three digits: `987`, `12.3k`, `4.56M`.
    static func short(_ number: Double) -> String {
        let steps: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        for (size, letter) in steps where number >= size { return decimal(number / size) + letter }
        return decimal(number)
    }

    private static func decimal(_ number: Double) -> String {
        let digits = number >= 100 ? 0 : number >= 10 ? 1 : 2
        return fixed(number, digits: digits, trimmed: true)
    }

    /// With `digits` after the point; `trimmed` drops zeros at the end.
    static func fixed(_ number: Double, digits: Int, trimmed: Bool = false) -> String {
        guard number.isFinite, number.magnitude < 1e15 else { return String(number) }
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((number.magnitude * Double(scale)).rounded())
        var text = String(scaled / scale)
        if digits > 0 {
            let fraction = String(scaled % scale)
            text += "." + String(repeating: "0", count: digits - fraction.count) + fraction
        }
        if trimmed, text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return number < 0 && scaled != 0 ? "-" + text : text
    }

    /// `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`.
    static func duration(seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<60: return "\(max(whole, 0)) s"
        case ..<3600: return "\(whole / 60) min" + (whole % 60 > 0 ? " \(whole % 60) s" : "")
        case ..<86_400: return "\(whole / 3600) h" + (whole % 3600 >= 60 ? " \(whole % 3600 / 60) min" : "")
        default: return "\(whole / 86_400) d" + (whole % 86_400 >= 3600 ? " \(whole % 86_400 / 3600) h" : "")
        }
    }

    /// How long ago a time was: `just now`, `5 min ago`, `in 3 min`.
    static func age(of time: Timestamp, at now: Timestamp) -> String {
        let seconds = (now - time).inSeconds
        if seconds < -5 { return "in " + coarse(-seconds) }
        return seconds < 5 ? "just now" : coarse(seconds) + " ago"
    }

    private static func coarse(_ seconds: Double) -> String {
        let whole = Int(seconds)
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min"
        case ..<172_800: return "\(whole / 3600) h"
        default: return "\(whole / 86_400) d"
        }
    }
}
