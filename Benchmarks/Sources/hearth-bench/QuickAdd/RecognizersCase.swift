import HearthCore
import HearthPlan

/// A labelled text of Microsoft's Recognizers-Text (MIT), as its specification files hold them.
struct RecognizersCase {
    struct Expected: Hashable {
        /// As Recognizers names it: `date`, `daterange`, `set`, …
        var kind: String
        /// In UTF-16 code units, as their files count.
        var start: Int
        var length: Int
        /// `2016-11-07`, `10:00:00…11:30:00`, `10800`, or the rule of a set; empty in files of spans alone.
        var values: Set<String>
    }

    var file: String
    var input: String
    /// Seconds of the wall clock since 1970.
    var reference: Int
    var expected: [Expected]
    /// Names of the kinds in it that the parser does not support, as docs/reference/quick-add.md lists them.
    var unsupported: Set<String>

    /// 0 develops (three quarters), 1 reports: by a hash (FNV-1a) of the input alone, so that one text is on one side in
    /// every file.
    var half: Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in input.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash >> 17 & 3 == 1 ? 1 : 0
    }

    init?(_ value: JSONValue, file: String) {
        guard let input = value["Input"]?.string, let results = value["Results"]?.array else { return nil }
        self.file = file
        self.input = input
        let text = value["Context"]?["ReferenceDateTime"]?.string ?? "2016-11-07T00:00:00"
        guard let reference = Self.wallSeconds(text) else { return nil }
        self.reference = reference
        var unsupported: Set<String> = []
        expected = results.map { Self.expected($0, input, &unsupported) }
        self.unsupported = unsupported
    }

    private static func wallSeconds(_ text: String) -> Int? {
        let numbers = text.split { !$0.isNumber }.prefix(6).compactMap { Int($0) }
        guard numbers.count == 6 else { return nil }
        let day = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).daysSince1970
        return day * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    }

    private static func expected(_ result: JSONValue, _ input: String, _ unsupported: inout Set<String>) -> Expected {
        let kind = (result["TypeName"] ?? result["Typename"] ?? result["Type"])?.string ?? ""
        let name = kind.replacing("datetimeV2.", with: "")
        let words = result["Text"]?.string ?? ""
        let start = number(result["Start"])
        var length = number(result["Length"])
        if length == nil, let start, let end = number(result["End"]) { length = end - start + 1 }
        var expected = Expected(kind: name, start: start ?? -1, length: length ?? words.count, values: [])
        let list = (result["Resolution"] ?? result["Value"])
        for value in list?["values"]?.array ?? [] {
            let timex = value["timex"]?.string ?? ""
            note(value, timex, kind: name, &unsupported)
            if name == "set" {
                expected.values.insert(Self.rule(timex))
            } else if let one = value["value"]?.string {
                expected.values.insert(one)
            } else {
                expected.values.insert("\(value["start"]?.string ?? "")…\(value["end"]?.string ?? "")")
            }
        }
        // The parsers' own files give one resolution for what is ahead.
        if let value = list, value["values"] == nil, let timex = value["Timex"]?.string {
            if name == "set" { expected.values.insert(timex) }
            for side in [value["FutureResolution"], value["PastResolution"]] where name != "set" {
                if let seconds = side?["duration"]?.string { expected.values.insert(seconds) }
                if let one = (side?["date"] ?? side?["time"] ?? side?["dateTime"])?.string {
                    expected.values.insert(one)
                }
                for (first, last) in [
                    ("startDate", "endDate"), ("startTime", "endTime"), ("startDateTime", "endDateTime"),
                ]
                where side?[first] != nil || side?[last] != nil {
                    expected.values.insert("\(side?[first]?.string ?? "")…\(side?[last]?.string ?? "")")
                }
            }
        }
        if name == "timezone" { unsupported.insert("time zones") }
        return expected
    }

    /// In their manner for tasks a time of every day is `T06P1D`, elsewhere `T06`.
    private static func rule(_ timex: String) -> String {
        guard !timex.hasPrefix("P"), let interval = timex.firstIndex(of: "P") else { return timex }
        return String(timex[..<interval])
    }

    private static func number(_ value: JSONValue?) -> Int? {
        guard case .integer(let number)? = value else { return nil }
        return Int(number)
    }

    private static func note(_ value: JSONValue, _ timex: String, kind: String, _ unsupported: inout Set<String>) {
        if value["timezone"] != nil { unsupported.insert("time zones") }
        if value["Mod"]?.string == "ref_undef" { unsupported.insert("periods told only by reference") }
        if timex.hasPrefix("SY") || timex.hasPrefix("FY") { unsupported.insert("school and fiscal years") }
        if kind == "daterange",
            ["-SP", "-SU", "-FA", "-WI"].contains(where: { timex.hasSuffix($0) })
                || ["SP", "SU", "FA", "WI"].contains(timex)
        {
            unsupported.insert("seasons")
        }
    }
}
