import CGMime
import HearthCore

/// What stands in the header of a mail, decoded.
struct MailHeader {
    var subject = ""
    var from = ""
    var to = ""
    var copies = ""
    var date: Timestamp?
    var messageID: String?
    /// Ids of the mails that it answers, the nearest last.
    var references: [String] = []

    /// Of one header field, in characters.
    private static let longest = 4000
    private static let maximumReferences = 100

    init(_ message: UnsafeMutablePointer<GMimeMessage>) {
        subject = g_mime_message_get_subject(message).map { Self.line(String(cString: $0)) } ?? ""
        from = Self.addresses(g_mime_message_get_from(message))
        to = Self.addresses(g_mime_message_get_to(message))
        copies = Self.addresses(g_mime_message_get_cc(message))
        messageID = g_mime_message_get_message_id(message).map { Self.line(String(cString: $0)) }
        if messageID?.isEmpty == true { messageID = nil }
        if let time = g_mime_message_get_date(message) {
            date = Timestamp(microseconds: Int64(g_date_time_to_unix(time)) * 1_000_000)
        }
        let object = hearth_object(message)
        for name in ["References", "In-Reply-To"] {
            guard let value = g_mime_object_get_header(object, name) else { continue }
            for id in Self.ids(in: String(cString: value)) where !references.contains(id) {
                if references.count < Self.maximumReferences { references.append(id) }
            }
        }
    }

    var metadata: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if !from.isEmpty { members.append(("from", .string(from))) }
        if !to.isEmpty { members.append(("to", .string(to))) }
        if !copies.isEmpty { members.append(("cc", .string(copies))) }
        if let messageID { members.append(("message_id", .string(messageID))) }
        return members
    }

    /// In words, for a mail inside a mail and for one without text.
    func summary(attachments: [String]) -> String {
        var lines: [String] = []
        if !from.isEmpty { lines.append("From: \(from)") }
        if !to.isEmpty { lines.append("To: \(to)") }
        if !subject.isEmpty { lines.append("Subject: \(subject)") }
        let names = attachments.filter { !$0.isEmpty }
        if !names.isEmpty { lines.append("Attachments: \(names.joined(separator: ", "))") }
        return lines.joined(separator: "\n")
    }

    private static func addresses(_ list: UnsafeMutablePointer<InternetAddressList>?) -> String {
        guard let list, let text = internet_address_list_to_string(list, nil, 0) else { return "" }
        defer { g_free(text) }
        return line(String(cString: text))
    }

    private static func line(_ text: String) -> String {
        String(text.split(whereSeparator: { $0.isWhitespace || $0 == "\0" }).joined(separator: " ").prefix(longest))
    }

    /// "<a@b> <c@d>"
    private static func ids(in text: String) -> [String] {
        text.prefix(64 * 1024).split(separator: "<").compactMap { part in
            guard let end = part.firstIndex(of: ">") else { return nil }
            let id = part[..<end]
            return id.isEmpty || id.count > 500 || id.contains(where: \.isWhitespace) ? nil : String(id)
        }
    }
}
