import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// An entry of the made-up person's calendar.
struct DemoAppointment: Sendable {
    /// What it is, as the beginning of a sentence.
    var what: String
    var place: String
    /// Days after today and hours of that day.
    var daysAhead: Int
    var hours: ClosedRange<Double>

    /// As calendars show it, in whole sentences.
    func text(now: Timestamp) -> String {
        let day = LocalDay.start(of: now, shiftedBy: daysAhead)
        let (begin, end) = (Self.clock(hours.lowerBound), Self.clock(hours.upperBound))
        return "\(what) is on \(Self.date(day)), from \(begin) to \(end), \(place)."
    }

    private static func clock(_ hour: Double) -> String {
        let minutes = Int((hour * 60).rounded())
        return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }

    private static func date(_ day: Timestamp) -> String {
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        var seconds = time_t(day.microseconds.floorDivided(by: 1_000_000))
        var parts = tm()
        localtime_r(&seconds, &parts)
        return "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year)"
    }
}

extension DemoItem {
    static let calendar: [DemoItem] = [
        appointment(
            17, 10.1, "Eye test", "The eye test at the optician Sander", "Market Square 3", daysAhead: 4,
            hours: 11.25...11.75),
        appointment(
            13, 18.6, "Tyre change", "The tyre change for the winter", "at the workshop Lindner, Canal Street 40",
            daysAhead: 6, hours: 8...8.5),
        appointment(
            9, 9.4, "Tenants' meeting", "The yearly tenants' meeting", "in the common room of the house", daysAhead: 9,
            hours: 19...20.5),
        appointment(
            4, 20.2, "Theatre", "The theatre evening with Helga", "at the Old Granary, row 5, seats 11 and 12",
            daysAhead: 12, hours: 20...22.5),
        appointment(
            2, 12.9, "Physiotherapy", "The first physiotherapy for the knee", "with Mr. Okafor, Bridge Lane 7",
            daysAhead: 3, hours: 16.5...17),
    ]

    /// Lists of tasks, as people keep them in a note.
    static let tasks: [DemoItem] = [
        DemoItem(
            3, 7.3,
            .note(
                title: "Tasks",
                text: """
                    - [ ] Renew the passport at the town hall; bring two photos and 60 euros.
                    - [ ] Cancel the gym contract before the end of the month; it needs a letter.
                    - [x] Order the replacement filter for the water jug.
                    - [ ] Return the drill to Mr. Yilmaz in the caretaker's office.
                    - [ ] Write the reference for Samir; he needs it for his application in Leipzig.
                    """)),
        DemoItem(
            10, 18.9,
            .note(
                title: "Tasks for the balcony",
                text: """
                    - [ ] Oil the wooden floor with linseed oil, two thin coats.
                    - [ ] Fix the loose railing with four stainless screws of 6 mm.
                    - [x] Bring the broken parasol to the recycling yard.
                    """)),
    ]

    private static func appointment(
        _ daysAgo: Int, _ hour: Double, _ title: String, _ what: String, _ place: String, daysAhead: Int,
        hours: ClosedRange<Double>
    ) -> DemoItem {
        DemoItem(
            daysAgo, hour,
            .appointment(
                title: title, DemoAppointment(what: what, place: place, daysAhead: daysAhead, hours: hours)))
    }
}
