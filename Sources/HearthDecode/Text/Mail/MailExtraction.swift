import CGMime
import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// Mails as documents, one by one or from a mailbox.
enum MailExtraction {
    /// GMime is set up once for the process.
    private static let isReady: Bool = {
        g_mime_init()
        return true
    }()

    static func document(
        _ file: UnsafeRawBufferPointer, _ options: ExtractOptions
    ) throws(HearthError) -> ExtractedDocument {
        let bytes = MailBounds.readable(file)
        guard isReady, let base = bytes.baseAddress,
            let stream = g_mime_stream_mem_new_with_buffer(base.assumingMemoryBound(to: CChar.self), bytes.count)
        else { throw TextFile.empty }
        defer { g_object_unref(stream) }
        guard let parser = g_mime_parser_new_with_stream(stream) else { throw damaged }
        defer { g_object_unref(parser) }
        guard let message = g_mime_parser_construct_message(parser, nil) else { throw damaged }
        defer { g_object_unref(message) }
        var document = MailReader.document(message, options)
        if bytes.count < file.count {
            document.incomplete = TextLimits.cutMessage("the first \(bytes.count) bytes of the mail")
        }
        return document
    }

    /// One document per mail. Of a mailbox with more than `limit` mails, or with some that cannot be read, the last one that
    /// is read says so.
    /// - Throws: `media-damaged` when none can be read; what `emit` throws.
    static func mailbox(
        _ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions, limit: Int = TextLimits.mails,
        _ emit: (ExtractedDocument) throws -> Void
    ) throws {
        var ranges = MailboxRanges(bytes)
        var following = ranges.next()
        var count = 0
        var unread = 0
        var failure: HearthError?
        // The last one that was read, until it is known whether another follows.
        var last: ExtractedDocument?
        while count < limit, let range = following {
            following = ranges.next()
            count += 1
            var document: ExtractedDocument
            do throws(HearthError) {
                document = try Self.document(UnsafeRawBufferPointer(rebasing: bytes[range]), options)
            } catch {
                unread += 1
                failure = error
                continue
            }
            // What mailboxes write before a line that begins with "From ".
            document.text = document.text.replacing("\n>From ", with: "\nFrom ")
            if let last { try emit(last) }
            last = document
        }
        guard var last else {
            if let failure { throw failure }
            return
        }
        var doubts = [last.incomplete].compactMap(\.self)
        if following != nil { doubts.append(TextLimits.cutMessage("the first \(limit) mails of the mailbox")) }
        if unread > 0 { doubts.append("\(unread) of \(count) mails cannot be read.") }
        last.incomplete = doubts.isEmpty ? nil : doubts.joined(separator: " ")
        try emit(last)
    }

    private static var damaged: HearthError {
        HearthError(
            .mediaDamaged, "The file is not a mail: it has no header.", hint: "Save the mail from its program as .eml.")
    }
}

/// How much of a mail is handed to the parser.
enum MailBounds {
    private static let field = Array("content-type".utf8)

    /// As many bytes as are read of one mail, and of these no more parts than the parser, which goes into one part from
    /// inside another, has room for on its stack: every part that holds others says so in a field of its own.
    static func readable(_ mail: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let bytes = UnsafeRawBufferPointer(rebasing: mail.prefix(TextLimits.mailBytes))
        var fields = 0
        var position = 0
        while position < bytes.count {
            if isField(bytes, position) {
                fields += 1
                if fields > TextLimits.mailFields {
                    return UnsafeRawBufferPointer(rebasing: bytes[..<position])
                }
            }
            guard let start = bytes.baseAddress, let end = memchr(start + position, 0x0a, bytes.count - position) else {
                break
            }
            position = start.distance(to: UnsafeRawPointer(end)) + 1
        }
        return bytes
    }

    private static func isField(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Bool {
        guard bytes.count - position >= field.count else { return false }
        // Setting the bit makes letters small; the hyphen has it.
        return field.indices.allSatisfy { bytes[position + $0] | 0x20 == field[$0] }
    }
}

/// Where the mails of a mailbox are: each begins behind a line "From …" that follows an empty one.
struct MailboxRanges: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var start: Int?

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        start = Self.line(after: 0, in: bytes)
    }

    mutating func next() -> Range<Int>? {
        guard let begin = start else { return nil }
        var position = begin
        while position < bytes.count {
            // The next line that begins with "From " behind an empty one.
            if Self.isSeparator(at: position, in: bytes), position > begin,
                Self.isEmptyLine(before: position, in: bytes)
            {
                start = Self.line(after: position, in: bytes)
                return begin..<position
            }
            guard let following = Self.line(after: position, in: bytes) else { break }
            position = following
        }
        start = nil
        return begin < bytes.count ? begin..<bytes.count : nil
    }

    private static func isSeparator(at position: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count - position >= 5 && bytes[position] == 0x46 && bytes[position + 1] == 0x72
            && bytes[position + 2] == 0x6f
            && bytes[position + 3] == 0x6d && bytes[position + 4] == 0x20
    }

    private static func isEmptyLine(before position: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard position >= 2, bytes[position - 1] == 0x0a else { return false }
        return bytes[position - 2] == 0x0a
            || (bytes[position - 2] == 0x0d && position >= 3 && bytes[position - 3] == 0x0a)
    }

    private static func line(after position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var position = position
        while position < bytes.count, bytes[position] != 0x0a { position += 1 }
        return position + 1 < bytes.count ? position + 1 : nil
    }
}
