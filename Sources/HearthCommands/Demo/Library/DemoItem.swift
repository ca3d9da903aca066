/// Something that the made-up person wrote, got, said or saw. Times are days before today and an hour of that day.
struct DemoItem: Sendable {
    enum Content: Sendable {
        case note(title: String, text: String)
        case mail(DemoMail)
        case page(title: String, url: String, body: String)
        case appointment(title: String, DemoAppointment)
        /// Spoken by the person into the phone.
        case memo(text: String)
        /// Lines on the screen of the phone.
        case screenshot(lines: [String])
    }

    var daysAgo: Int
    var hour: Double
    var content: Content

    init(_ daysAgo: Int, _ hour: Double, _ content: Content) {
        self.daysAgo = daysAgo
        self.hour = hour
        self.content = content
    }

    /// Everything, oldest first.
    static let all = (notes + tasks + mails + calendar + pages + memos + screenshots)
        .sorted { ($1.daysAgo, $0.hour) < ($0.daysAgo, $1.hour) }
}

struct DemoMail: Sendable {
    var from: String
    var to = "Mira Sommer <mira@sommer.example>"
    var subject: String
    var text: String
    /// Names the mail; answers name the one they answer.
    var name: String
    var answers: String?
}
