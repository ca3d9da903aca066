import HearthMedia

/// What a file is, by its content; its name and media type only decide between kinds of text.
enum FileKind: Hashable {
    case page, mail, mailbox, pdf, markdown, plain
    /// Not read; the name of what it is, for the message.
    case unreadable(String)

    /// Bytes at the beginning that decide.
    private static let window = 4096

    static func of(_ bytes: UnsafeRawBufferPointer, mediaType: String?, name: String?) -> FileKind {
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(window))
        if contains(Array("%PDF-".utf8), in: head.prefix(1024)) { return .pdf }
        if let picture = PictureFormat(sniffing: head) { return .unreadable("a picture (\(picture.title))") }
        if let other = signature(head) { return .unreadable(other) }
        let utf8 = Charset.utf8(head, declared: PageExtraction.charset(mediaType))
        let text = String(decoding: utf8, as: UTF8.self)
        // Text has no controls; a character cut at the end of the window is forgiven.
        let controls = text.unicodeScalars.count {
            $0.value < 9 || ($0.value > 13 && $0.value < 27) || $0.value == 0x7f
        }
        if controls * 50 > max(50, text.unicodeScalars.count) { return .unreadable("a binary file") }
        let type = mediaType.map { $0.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace } }
        let ending = name.flatMap(ending)
        if isMailbox(text) { return .mailbox }
        if isPage(text) { return .page }
        if ending == "md" || ending == "markdown" || type == "text/markdown" || type == "text/x-markdown" {
            return .markdown
        }
        let saysMail = ending == "eml" || type == "message/rfc822"
        let saysMailbox = ending == "mbox" || type == "application/mbox"
        if isMail(text, expected: saysMail || saysMailbox) { return .mail }
        if type == "text/html" || type == "application/xhtml+xml" || ending == "html" || ending == "htm" {
            return text.contains("<") ? .page : .plain
        }
        return .plain
    }

    static func ending(_ name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), name.distance(from: dot, to: name.endIndex) <= 10 else { return nil }
        return name[name.index(after: dot)...].lowercased()
    }

    private static func signature(_ head: UnsafeRawBufferPointer) -> String? {
        for (magic, offset, name) in signatures where head.count >= offset + magic.count {
            if head[offset..<offset + magic.count].elementsEqual(magic) { return name }
        }
        return nil
    }

    private static let signatures: [(magic: [UInt8], offset: Int, name: String)] = [
        ([0x50, 0x4b, 3, 4], 0, "an archive (zip, or an office document)"),
        ([0x50, 0x4b, 5, 6], 0, "an empty archive"),
        ([0x1f, 0x8b], 0, "a compressed file (gzip)"), ([0x42, 0x5a, 0x68], 0, "a compressed file (bzip2)"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], 0, "a compressed file (xz)"),
        ([0x28, 0xb5, 0x2f, 0xfd], 0, "a compressed file (zstd)"),
        ([0x37, 0x7a, 0xbc, 0xaf], 0, "an archive (7z)"), (Array("Rar!".utf8), 0, "an archive (rar)"),
        (Array("ustar".utf8), 257, "an archive (tar)"), ([0x7f, 0x45, 0x4c, 0x46], 0, "a program (ELF)"),
        (Array("MZ".utf8) + [0x90, 0], 0, "a program (PE)"),
        ([0xd0, 0xcf, 0x11, 0xe0], 0, "an old office document (OLE)"),
        (Array("{\\rtf".utf8), 0, "a rich text file (RTF)"),
        (Array("SQLite format 3".utf8), 0, "a database (SQLite)"), (Array("WAVE".utf8), 8, "a recording (WAV)"),
        (Array("OggS".utf8), 0, "a recording (Ogg)"), (Array("fLaC".utf8), 0, "a recording (FLAC)"),
        (Array("ID3".utf8), 0, "a recording (MP3)"), (Array("ftyp".utf8), 4, "a film, recording or picture (MP4)"),
        ([0x1a, 0x45, 0xdf, 0xa3], 0, "a film or recording (Matroska)"),
        (Array("%!PS".utf8), 0, "a PostScript file"),
    ]

    private static func isPage(_ text: String) -> Bool {
        var rest = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
        // Declarations and comments may stand in front.
        for _ in 0..<8 {
            if rest.hasPrefix("<!--") {
                guard let end = rest.firstRange(of: "-->") else { return false }
                rest = rest[end.upperBound...].drop(while: \.isWhitespace)
            } else if rest.hasPrefix("<?xml") {
                guard let end = rest.firstRange(of: "?>") else { return false }
                rest = rest[end.upperBound...].drop(while: \.isWhitespace)
            } else {
                break
            }
        }
        let start = rest.prefix(16).lowercased()
        return ["<!doctype html", "<html", "<head", "<body", "<title", "<meta"].contains { start.hasPrefix($0) }
    }

    private static func isMailbox(_ text: String) -> Bool {
        guard text.hasPrefix("From "), let end = text.firstIndex(where: \.isNewline) else { return false }
        // "From someone Mon Jan  5 12:00:00 2026"
        guard text[..<end].split(separator: " ").count >= 6, text[..<end].contains(":") else { return false }
        return isMail(String(text[end...].drop(while: \.isNewline)), expected: true)
    }

    private static let mailFields: Set<String> = [
        "from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to", "cc",
        "content-type", "reply-to", "sender", "x-mailer", "dkim-signature", "in-reply-to", "references",
        "content-transfer-encoding", "envelope-to",
    ]

    /// Begins with header fields, of which some are those of mail.
    private static func isMail(_ text: String, expected: Bool) -> Bool {
        var known = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).prefix(80)
            .enumerated()
        {
            if line.isEmpty { break }
            if line.first == " " || line.first == "\t" {
                if index == 0 { return false }
                continue
            }
            guard let colon = line.firstIndex(of: ":") else { return expected && known > 0 }
            let name = line[..<colon].lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return expected && known > 0 }
            if mailFields.contains(name) { known += 1 }
        }
        return known >= (expected ? 1 : 3)
    }

    private static func contains(_ pattern: [UInt8], in bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard bytes.count >= pattern.count else { return false }
        for start in bytes.startIndex...(bytes.endIndex - pattern.count)
        where bytes[start] == pattern[0] && bytes[start..<start + pattern.count].elementsEqual(pattern) {
            return true
        }
        return false
    }
}
