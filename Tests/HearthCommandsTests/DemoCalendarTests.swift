import HearthCore
import Testing

@testable import HearthCommands

@Suite struct DemoCalendarTests {
    /// The banner names how many there are, and the library counts the same: no two items may be one document.
    @Test func everyItemIsADocumentOfItsOwn() {
        var names: Set<String> = []
        for item in DemoItem.calendar {
            guard case .appointment(let title, _) = item.content else {
                Issue.record("\(item.content) is no appointment")
                continue
            }
            #expect(names.insert(title).inserted, "\(title)")
        }
        #expect(DemoItem.all.count(where: { if case .appointment = $0.content { true } else { false } }) == names.count)
    }

    @Test func anAppointmentNamesItsDayAndItsHours() throws {
        let appointment = DemoAppointment(
            what: "The eye test", place: "Market Square 3", daysAhead: 4, hours: 11.25...11.75)
        // Noon of a Saturday in every time zone of Europe.
        let text = appointment.text(now: try #require(Timestamp("2026-11-21T11:00:00Z")))
        #expect(text == "The eye test is on Wednesday, 25 November 2026, from 11:15 to 11:45, Market Square 3.")
    }
}
