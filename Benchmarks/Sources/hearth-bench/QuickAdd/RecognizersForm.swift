import HearthCore
import HearthPlan

/// What the parser found, in the words of Recognizers-Text.
struct RecognizersForm {
    var kind: String
    var start: Int
    var length: Int
    var values: Set<String>

    init(_ phrase: TemporalPhrase, in text: String) {
        let bytes = text.utf8
        let lower = bytes.index(bytes.startIndex, offsetBy: phrase.range.lowerBound)
        let upper = bytes.index(bytes.startIndex, offsetBy: phrase.range.upperBound)
        start = text[..<lower].utf16.count
        length = text[lower..<upper].utf16.count
        switch phrase.kind {
        case .date, .impossible: kind = "date"
        case .period: kind = "daterange"
        case .time: kind = "time"
        case .timeRange: kind = "timerange"
        case .moment: kind = "datetime"
        case .stretch: kind = "datetimerange"
        case .duration: kind = "duration"
        case .recurrence: kind = "set"
        case .priority, .filler, .lead: kind = phrase.kind.rawValue
        }
        values = Set(phrase.readings.map(Self.text))
    }

    private static func text(_ reading: TemporalReading) -> String {
        switch reading {
        case .day(let day): date(day)
        case .days(let start, let end): (start.map(date) ?? "") + "…" + (end.map(date) ?? "")
        case .clock(let seconds): clock(seconds)
        case .clocks(let start, let end): (start.map(clock) ?? "") + "…" + (end.map(clock) ?? "")
        case .moment(let seconds): moment(seconds)
        case .moments(let start, let end): (start.map(moment) ?? "") + "…" + (end.map(moment) ?? "")
        case .duration(let amount): number(amount.totalSeconds)
        case .recurrence(let rule): timex(rule)
        }
    }

    private static func digits(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static func date(_ day: Int) -> String {
        let date = CivilDate(daysSince1970: day)
        return "\(digits(date.year, 4))-\(digits(date.month))-\(digits(date.day))"
    }

    private static func clock(_ seconds: Int) -> String {
        let seconds = (seconds % 86_400 + 86_400) % 86_400
        return "\(digits(seconds / 3600)):\(digits(seconds / 60 % 60)):\(digits(seconds % 60))"
    }

    private static func moment(_ seconds: Int) -> String {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        return date(day) + " " + clock(seconds - day * 86_400)
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String((value * 1000).rounded() / 1000)
    }

    /// The rule as TIMEX3 writes it, which is all that Recognizers tells of a set.
    private static func timex(_ rule: Recurrence) -> String {
        var date = ""
        switch rule.frequency {
        case .minutely: return "PT\(rule.interval)M"
        case .hourly: return "PT\(rule.interval)H"
        case .daily: date = rule.clock == nil && rule.partOfDay == 0 ? "P\(rule.interval)D" : ""
        case .weekly where rule.weekdays == 0b001_1111 && rule.coversWeekPart: date = "P\(rule.interval)WD"
        case .weekly where rule.weekdays == 0b110_0000 && rule.coversWeekPart: date = "P\(rule.interval)WE"
        case .weekly where rule.weekdays != 0:
            date = "XXXX-WXX-\(rule.weekdays.trailingZeroBitCount + 1)"
        case .weekly: date = "P\(rule.interval)W"
        case .monthly where rule.dayOfMonth > 0: date = "XXXX-XX-\(digits(rule.dayOfMonth))"
        case .monthly: date = "P\(rule.interval)M"
        case .yearly where rule.month > 0 && rule.dayOfMonth > 0:
            date = "XXXX-\(digits(rule.month))-\(digits(rule.dayOfMonth))"
        case .yearly where rule.month > 0: date = "XXXX-\(digits(rule.month))"
        case .yearly: date = "P\(rule.interval)Y"
        }
        if let clock = rule.clock {
            let rest = clock % 3600
            return date + "T\(digits(clock / 3600))" + (rest == 0 ? "" : ":\(digits(rest / 60))")
        }
        let names = [1: "TMO", 3: "TAF", 4: "TEV", 5: "TNI"]
        return date + (names[rule.partOfDay] ?? "")
    }
}
