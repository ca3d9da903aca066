import HearthMedia

/// Which part of Hearth understands a file, by its first bytes, then by the ending of its name.
enum FileClass: Hashable {
    case taken(ImportRoute, mediaType: String)
    case notUnderstood(String)

    /// Bytes that are looked at.
    static let window = MPEGAudio.window

    static func of(_ head: [UInt8], name: String) -> FileClass {
        if let picture = PictureFormat(sniffing: head) {
            return picture.isRead
                ? .taken(.image, mediaType: picture.mediaType)
                : .notUnderstood("Pictures of the kind \(picture.title) are not read; save it as JPEG.")
        }
        for (magic, offset, route, type) in signatures where starts(head, with: magic, at: offset) {
            return .taken(route, mediaType: type)
        }
        if starts(head, with: Array("ftyp".utf8), at: 4) { return mpeg4(head) }
        if MPEGAudio.begins(head) { return .taken(.audio, mediaType: "audio/mpeg") }
        for (magic, offset, what) in strangers where starts(head, with: magic, at: offset) {
            return .notUnderstood("It is \(what), which is not read.")
        }
        let controls = head.count { $0 < 9 || ($0 > 13 && $0 < 27) || $0 == 0x7f }
        // UTF-16 and UTF-32 say so by their byte order mark, and are full of zeros.
        let isWide = [[0xff, 0xfe], [0xfe, 0xff], [0, 0, 0xfe, 0xff]].contains { starts(head, with: $0, at: 0) }
        if controls * 50 > max(50, head.count), !isWide {
            return .notUnderstood("Its content is of no kind that is read.")
        }
        let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
        return .taken(.document, mediaType: types[ending] ?? "text/plain")
    }

    private static func mpeg4(_ head: [UInt8]) -> FileClass {
        let brand = String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self)
        switch brand {
        case "M4A ", "M4B ": return .taken(.audio, mediaType: "audio/mp4")
        case "avif", "avis", "heif":
            return .notUnderstood("Pictures of the kind \(brand) are not read; save it as JPEG.")
        default:
            // The sound of a film is heard.
            return .taken(.audio, mediaType: "audio/mp4")
        }
    }

    private static func starts(_ head: [UInt8], with magic: [UInt8], at offset: Int) -> Bool {
        head.count >= offset + magic.count && head[offset..<offset + magic.count].elementsEqual(magic)
    }

    private static let types: [String: String] = [
        "md": "text/markdown", "markdown": "text/markdown", "html": "text/html", "htm": "text/html",
        "xhtml": "text/html",
        "eml": "message/rfc822", "mbox": "application/mbox",
    ]

    private static let signatures: [(magic: [UInt8], offset: Int, route: ImportRoute, type: String)] = [
        (Array("WAVE".utf8), 8, .audio, "audio/wav"), (Array("OggS".utf8), 0, .audio, "audio/ogg"),
        (Array("fLaC".utf8), 0, .audio, "audio/flac"), (Array("ID3".utf8), 0, .audio, "audio/mpeg"),
        ([0x1a, 0x45, 0xdf, 0xa3], 0, .audio, "audio/webm"), (Array("%PDF-".utf8), 0, .document, "application/pdf"),
    ]

    private static let strangers: [(magic: [UInt8], offset: Int, what: String)] = [
        ([0x50, 0x4b, 3, 4], 0, "an archive or office document (zip)"), ([0x1f, 0x8b], 0, "a compressed file (gzip)"),
        ([0x42, 0x5a, 0x68], 0, "a compressed file (bzip2)"), ([0xfd, 0x37, 0x7a, 0x58], 0, "a compressed file (xz)"),
        ([0x28, 0xb5, 0x2f, 0xfd], 0, "a compressed file (zstd)"), ([0x37, 0x7a, 0xbc, 0xaf], 0, "an archive (7z)"),
        (Array("Rar!".utf8), 0, "an archive (rar)"), (Array("ustar".utf8), 257, "an archive (tar)"),
        ([0x7f, 0x45, 0x4c, 0x46], 0, "a program"), ([0xd0, 0xcf, 0x11, 0xe0], 0, "an old office document"),
        (Array("SQLite format 3".utf8), 0, "a database"), (Array("{\\rtf".utf8), 0, "a rich text file"),
    ]
}
