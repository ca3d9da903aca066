import HearthCore
import HearthPlan
import Testing

@Suite struct QuickAddTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var text: String
        var title: String
        var due: String?
        var testDescription: String { text }

        init(_ text: String, _ title: String, _ due: String?) {
            self.text = text
            self.title = title
            self.due = due
        }
    }

    static let english = [
        Example("call mum tomorrow 6pm for 20 min !high", "call mum", "2025-11-25 18:00"),
        Example("Submit the report by Friday", "Submit the report", "2025-11-28"),
        Example("renew passport in two weeks", "renew passport", "2025-12-08"),
        Example("tax return by end of month", "tax return", "2025-11-30"),
        Example("gym at 6", "gym", "2025-11-24 18:00"),
        Example("breakfast with Ann tomorrow at 9", "breakfast with Ann", "2025-11-25 09:00"),
        Example("dentist on March 3rd 2026 at half past eight", "dentist", "2026-03-03 08:30"),
        Example("send invoice 12/1/2025", "send invoice", "2025-12-01"),
        Example("standup 2025-12-02T09:15", "standup", "2025-12-02 09:15"),
        Example("review slides in 90 minutes", "review slides", "2025-11-24 18:30"),
        Example("water the plants next week", "water the plants", "2025-12-07"),
        Example("read a book", "read a book", nil),
        Example("It may rain, march on", "It may rain, march on", nil),
        Example("buy a second monitor", "buy a second monitor", nil),
        Example("order 2000 envelopes", "order 2000 envelopes", nil),
        Example("remind me to buy milk tomorrow", "buy milk", "2025-11-25"),
    ]

    @Test(arguments: english) func englishIsRead(_ example: Example) throws {
        let reader = try Reader()
        let task = try reader.read(example.text)
        #expect(task.title == example.title)
        #expect(reader.due(task) == example.due)
    }

    static let german = [
        Example("Mama anrufen morgen um 18 Uhr für 20 Minuten !hoch", "Mama anrufen", "2025-11-25 18:00"),
        Example("Zahnarzt am 3. März um halb neun", "Zahnarzt", "2026-03-03 08:30"),
        Example("in zwei Wochen Auto zum TÜV", "Auto zum TÜV", "2025-12-08"),
        Example("Steuer bis Ende des Monats", "Steuer", "2025-11-30"),
        Example("Bericht nächsten Freitag 14:30", "Bericht", "2025-12-05 14:30"),
        Example("Buch lesen", "Buch lesen", nil),
        Example("Paket abholen 1.12.2025", "Paket abholen", "2025-12-01"),
    ]

    @Test(arguments: german) func germanIsRead(_ example: Example) throws {
        let reader = try Reader("de")
        let task = try reader.read(example.text)
        #expect(task.title == example.title)
        #expect(reader.due(task) == example.due)
    }

    @Test func lengthPriorityAndSignsAreRead() throws {
        let task = try Reader().read("draft offer +Acme #sales #q4 @ann p2 for 1.5 hours")
        #expect(task.title == "draft offer")
        #expect(task.project == "Acme")
        #expect(task.tags == ["sales", "q4"])
        #expect(task.people == ["ann"])
        #expect(task.priority == 2)
        #expect(task.durationMinutes == 90)
    }

    @Test(arguments: [
        ("water plants every other Tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("pay rent monthly on the 1st", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("stand-up every weekday at 9:15", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("board meeting on the first Monday of every month", "FREQ=MONTHLY;BYDAY=1MO"),
        ("backup every 3 days", "FREQ=DAILY;INTERVAL=3"),
        ("yoga every Monday and Thursday until March 1", "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260301"),
        ("run every day except Sunday", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR,SA"),
    ])
    func recurrenceBecomesARule(_ text: String, _ rule: String) throws {
        #expect(try Reader().read(text).recurrence == rule)
    }

    /// A weekday that is left out stands in the rule, or nothing would leave it out.
    @Test(arguments: [
        ("pay rent monthly on the 1st except Sunday", "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("stretch every hour except Sunday", "FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("water the plants every week except Sunday", "FREQ=WEEKLY;BYDAY=MO"),
        ("pay rent every month except Sunday", "FREQ=MONTHLY;BYMONTHDAY=24;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("check the roof every year except Sunday", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24;BYDAY=MO,TU,WE,TH,FR,SA"),
    ])
    func weekdaysThatAreLeftOutAreInTheRule(_ text: String, _ rule: String) throws {
        #expect(try Reader().read(text).recurrence == rule)
    }

    @Test(arguments: ["choir every Tuesday except Tuesday", "water the plants every week except Monday"])
    func aRuleOfNoDayIsNotWritten(_ text: String) throws {
        let task = try Reader().read(text)
        #expect(task.recurrence == nil)
        #expect(task.problems.map(\.kind) == [.noOccurrence])
    }

    /// Whether the hour is over when it is typed makes no difference to what belongs together.
    @Test(arguments: [-9 * 3600, 0])
    func aDayAndAnHourThatStandApartAreOneMoment(_ seconds: Int) throws {
        let reader = try Reader()
        func read(_ text: String) throws -> QuickTask {
            try reader.parser.parse(text, now: Reader.now + .seconds(seconds), clock: reader.clock)
        }
        let first = try read("Friday: dentist 9am")
        #expect(first.title == "dentist" && first.problems.isEmpty)
        #expect(reader.due(first) == "2025-11-28 09:00")
        let second = try read("9am dentist on Friday")
        #expect(second.title == "dentist" && second.problems.isEmpty)
        #expect(reader.due(second) == "2025-11-28 09:00")
        let third = try read("9am pick up kids, every Monday")
        #expect(third.title == "pick up kids" && third.problems.isEmpty)
        #expect(reader.due(third) == (seconds < 0 ? "2025-11-24 09:00" : "2025-12-01 09:00"))
        let alone = try read("9am pick up kids")
        #expect(reader.due(alone) == (seconds < 0 ? "2025-11-24 09:00" : "2025-11-25 09:00"))
    }

    @Test func aTimeBehindAnotherIsReportedAndStaysInTheTitle() throws {
        let reader = try Reader()
        let task = try reader.read("call Bob at 8pm about lunch tomorrow 10am")
        #expect(reader.due(task) == "2025-11-24 20:00")
        #expect(task.title == "call Bob about lunch tomorrow 10am")
        #expect(task.alternatives.map(\.text) == ["2025-11-25 10:00"])
        #expect(task.problems.map(\.kind) == [.severalDates])
    }

    /// Joiners are part of a word or a picture; Arabic letters in their forms are letters.
    @Test(arguments: [
        "👩‍🚀 training", "walk with 👨‍👩‍👧", "می‌خواهم نان بخرم", "\u{FEE3}\u{FEAE}\u{FEA3}\u{FE92}\u{FE8E} call", "❤️‍🔥 a︎b",
    ])
    func titlesKeepEveryCharacter(_ text: String) throws {
        #expect(try Reader().read(text).title == text)
        #expect(try Reader().read(text + " tomorrow").title == text)
    }

    @Test func spacesOfEveryKindPartWords() throws {
        #expect(
            try Reader().read("call\u{2003}mum\u{00A0}and\u{3000}dad\u{202F}at\u{2028}home").title
                == "call mum and dad at home")
        #expect(try Reader().read("\u{FEFF}call mum").title == "call mum")
    }

    @Test func exceptedDaysAreKept() throws {
        let task = try Reader().read("choir every other Tuesday except Dec 23 and Dec 30")
        #expect(task.recurrence == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")
        #expect(task.exceptDays == ["2025-12-23", "2025-12-30"])
    }

    @Test func nothingIsFoundInsideWords() throws {
        let task = try Reader().read("fix A1B2C3 monday_report sundaes marching 12monkeys user@friday.example")
        #expect(task.due == nil)
        #expect(task.spans.isEmpty)
        #expect(task.title == "fix A1B2C3 monday_report sundaes marching 12monkeys user@friday.example")
    }

    @Test func twoReadingsOfAnHourAreBothReported() throws {
        let reader = try Reader()
        let task = try reader.read("call the bank tomorrow at 8")
        #expect(reader.due(task) == "2025-11-25 08:00")
        #expect(task.alternatives.map(\.text) == ["2025-11-25 20:00"])
        #expect(task.confidence < 0.8)
    }

    @Test func impossibleDateIsNamedAndNoOtherDateIsMadeOfIt() throws {
        let task = try Reader().read("dentist on 31 february")
        #expect(task.due == nil)
        #expect(task.problems.map(\.kind) == [.impossibleDate])
        #expect(task.title == "dentist")
    }

    @Test func spansPointIntoTheText() throws {
        let text = "📞 Änne tomorrow 6pm"
        let task = try Reader().read(text)
        let span = try #require(task.spans.first)
        let units = Array(text.utf16)[span.start..<span.end]
        #expect(String(decoding: units, as: UTF16.self) == "tomorrow 6pm")
        #expect(task.title == "📞 Änne")
    }

    @Test func rightToLeftTextKeepsItsWords() throws {
        let reader = try Reader()
        let task = try reader.read("שיחה עם דנה tomorrow 10:00")
        #expect(task.title == "שיחה עם דנה")
        #expect(reader.due(task) == "2025-11-25 10:00")
    }

    @Test func textBeyondTheLimitIsRefused() throws {
        let reader = try Reader()
        let text = String(repeating: "a ", count: QuickAddParser.longestText)
        #expect(throws: HearthError.self) { try reader.read(text) }
    }

    @Test func longTextIsReadToItsEnd() throws {
        let reader = try Reader()
        let task = try reader.read(String(repeating: "lorem every 5 ", count: 500) + "tomorrow 6pm")
        #expect(reader.due(task) == "2025-11-25 18:00")
    }
}
