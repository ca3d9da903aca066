import CGMime
import HearthCore
import HearthMedia

/// Reads one mail: its header, the best form of its text, and what is attached.
struct MailReader {
    private var texts: [String] = []
    private var attachments: [JSONValue] = []
    private var links: [String] = []
    private var parts = 0
    private var bytes = 0
    private var isCut = false

    static func document(_ message: UnsafeMutablePointer<GMimeMessage>, _ options: ExtractOptions) -> ExtractedDocument
    {
        var reader = MailReader()
        if let body = g_mime_message_get_mime_part(message) { reader.read(body, depth: 0) }
        let header = MailHeader(message)
        let written = MailText.cleaned(reader.texts.filter { !$0.isEmpty }.joined(separator: "\n\n"))
        let marks = MailText.marks(of: written)
        var metadata = header.metadata
        if !reader.attachments.isEmpty { metadata.append(("attachments", .array(reader.attachments))) }
        if !marks.quoted.isEmpty {
            let ranges = marks.quoted.prefix(200).map {
                JSONValue.array([.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))])
            }
            metadata.append(("quoted_lines", .array(ranges)))
        }
        if let line = marks.signature { metadata.append(("signature_line", .integer(Int64(line)))) }
        let bounded = TextLimits.bounded(written)
        let title = header.subject.isEmpty ? FileTitle.of(options.name) : header.subject
        return ExtractedDocument(
            kind: "mail", title: title,
            // A mail without text still has a sender, a subject, and names of files that can be asked for.
            text: bounded.text.isEmpty
                ? header.summary(attachments: reader.attachments.compactMap { $0["name"]?.string }) : bounded.text,
            key: header.messageID, timestamp: header.date, metadata: JSONMembers.object(metadata),
            links: Array((header.references + WrittenLinks.addresses(in: bounded.text)).prefix(TextLimits.links)),
            incomplete: reader.isCut || bounded.isCut
                ? "The mail has more parts, deeper nesting or more text than is read." : nil)
    }

    private mutating func read(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int) {
        parts += 1
        guard parts <= TextLimits.mailParts, depth <= TextLimits.mailDepth, bytes <= TextLimits.documentBytes else {
            isCut = true
            return
        }
        if hearth_is_multipart(object) != 0 {
            readMultipart(object, depth: depth)
        } else if hearth_is_message_part(object) != 0 {
            guard let inner = g_mime_message_part_get_message(hearth_message_part(object)) else { return }
            let header = MailHeader(inner)
            texts.append(header.summary(attachments: []))
            if let body = g_mime_message_get_mime_part(inner) { read(body, depth: depth + 1) }
        } else if hearth_is_part(object) != 0 {
            readPart(object)
        }
    }

    private mutating func readMultipart(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int) {
        let multipart = hearth_multipart(object)
        let count = min(Int(g_mime_multipart_get_count(multipart)), TextLimits.mailParts)
        let children = (0..<count).compactMap { g_mime_multipart_get_part(multipart, Int32($0)) }
        guard MailPart.type(of: object) == "multipart/alternative" else {
            for child in children { read(child, depth: depth + 1) }
            return
        }
        // The same text in several forms: plain, if it is not empty, else the last that gives text.
        let plain = children.filter { MailPart.type(of: $0) == "text/plain" }
        let others = children.filter { MailPart.type(of: $0) != "text/plain" }.reversed()
        for child in plain + others {
            let before = texts.count
            read(child, depth: depth + 1)
            if texts[before...].contains(where: { $0.contains { !$0.isWhitespace } }) { return }
        }
    }

    private mutating func readPart(_ object: UnsafeMutablePointer<GMimeObject>) {
        let part = hearth_part(object)
        let type = MailPart.type(of: object)
        let name = g_mime_part_get_filename(part).map { String(cString: $0) }
        let isAttached = g_mime_part_is_attachment(part) != 0
        let isText = type == "text/plain" || type == "text/html"
        guard isText, !isAttached else {
            let size = MailPart.content(of: part) { $0.count }
            guard attachments.count < TextLimits.attachments else { return }
            attachments.append(
                JSONMembers.object([
                    ("name", .string(name ?? "")), ("media_type", .string(type)), ("bytes", .integer(Int64(size))),
                ]))
            return
        }
        let charset = g_mime_object_get_content_type_parameter(object, "charset").map { String(cString: $0) }
        let isFlowed =
            g_mime_object_get_content_type_parameter(object, "format").map { String(cString: $0).lowercased() }
            == "flowed"
        let (text, isWhole) = MailPart.content(of: part) { bytes -> (String, Bool) in
            if type == "text/html" { return PageExtraction.plainText(bytes, charset: charset) }
            let read = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextLimits.pageBytes))
            let plain = String(decoding: Charset.utf8(read, declared: charset), as: UTF8.self)
            return (isFlowed ? MailText.unflowed(plain) : plain, read.count == bytes.count)
        }
        if !isWhole { isCut = true }
        bytes += text.utf8.count
        texts.append(text)
    }
}

enum MailPart {
    /// "text/plain", in lower case.
    static func type(of object: UnsafeMutablePointer<GMimeObject>) -> String {
        guard let type = g_mime_object_get_content_type(object), let text = g_mime_content_type_get_mime_type(type)
        else {
            return "text/plain"
        }
        defer { g_free(text) }
        return String(cString: text).lowercased()
    }

    /// Calls `body` with the decoded bytes of a part.
    static func content<Result>(
        of part: UnsafeMutablePointer<GMimePart>?, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        guard let wrapper = g_mime_part_get_content(part), let stream = g_mime_stream_mem_new() else {
            return body(nothing)
        }
        defer { g_object_unref(stream) }
        g_mime_data_wrapper_write_to_stream(wrapper, stream)
        guard let array = hearth_bytes(stream), let data = array.pointee.data else { return body(nothing) }
        return body(UnsafeRawBufferPointer(start: data, count: Int(array.pointee.len)))
    }
}
