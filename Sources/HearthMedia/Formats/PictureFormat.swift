/// The formats of pictures that Hearth takes, told by their first bytes: names and media types of strangers are not
/// believed. The raw value is what the streams `image` and `screenshot` store.
package enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, bmp, tiff, heic

    /// Bytes that `init(sniffing:)` wants to see.
    package static let sniffLength = 12

    /// Brands of HEIF files with HEVC pictures, and the general ones that such files carry first (ISO/IEC 23008-12).
    private static let heicBrands = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]

    /// Whether the decoder reads it; a picture that is not read is kept all the same.
    package var isRead: Bool { self != .heic }

    /// What the first bytes of a file say: JPEG (ITU T.81), PNG (W3C), WebP (RFC 9649), GIF 87a and 89a (CompuServe), BMP
    /// (Microsoft's BITMAPFILEHEADER), TIFF 6.0 and HEIC (ISO/IEC 23008-12).
    package init?(sniffing head: some Collection<UInt8>) {
        let head = Array(head.prefix(Self.sniffLength))
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            return head.dropFirst(offset).starts(with: expected)
        }
        if head.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            self = .png
        } else if has("RIFF"), has("WEBP", at: 8) {
            self = .webp
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if has("BM"), head.count == Self.sniffLength, head[6..<10].allSatisfy({ $0 == 0 }),
            Int(head[10]) | Int(head[11]) << 8 >= 26
        {
            // Two letters alone would make a picture of many a text: the reserved bytes are zero, and the pixels begin
            // behind the shortest header there is.
            self = .bmp
        } else if head.starts(with: [0x49, 0x49, 42, 0]) || head.starts(with: [0x4d, 0x4d, 0, 42]) {
            self = .tiff
        } else if has("ftyp", at: 4), Self.heicBrands.contains(String(decoding: head.dropFirst(8), as: UTF8.self)) {
            self = .heic
        } else {
            return nil
        }
    }

    /// What a person or a media type calls it.
    package init?(named name: String) {
        switch name.lowercased() {
        case "jpeg", "jpg", "image/jpeg", "image/jpg": self = .jpeg
        case "png", "image/png": self = .png
        case "webp", "image/webp": self = .webp
        case "gif", "image/gif": self = .gif
        case "bmp", "image/bmp", "image/x-ms-bmp", "image/x-bmp": self = .bmp
        case "tiff", "tif", "image/tiff": self = .tiff
        case "heic", "heif", "image/heic", "image/heif": self = .heic
        default: return nil
        }
    }

    package var mediaType: String { "image/\(rawValue)" }

    /// For people: `JPEG, PNG, WebP, …`.
    package var title: String {
        switch self {
        case .webp: "WebP"
        default: rawValue.uppercased()
        }
    }

    /// The titles of those that are read.
    package static var readTitles: String { allCases.filter(\.isRead).map(\.title).joined(separator: ", ") }
}
