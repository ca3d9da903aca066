/// The formats of pictures that Hearth takes. The raw value is what the streams `image` and `screenshot` store.
enum ImageFormat: String, CaseIterable {
    case jpeg, png, webp, heic

    /// Bytes that `init(sniffing:)` wants to see.
    static let sniffLength = 12

    /// Brands of HEIF files with HEVC pictures, and the general ones that such files carry first (ISO/IEC 23008-12).
    private static let heicBrands = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]

    /// What the first bytes of a file say.
    init?(sniffing head: ArraySlice<UInt8>) {
        if head.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            self = .png
        } else if head.hasText("RIFF", at: 0), head.hasText("WEBP", at: 8) {
            self = .webp
        } else if head.hasText("ftyp", at: 4),
            Self.heicBrands.contains(String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self))
        {
            self = .heic
        } else {
            return nil
        }
    }

    /// What a person or a media type calls it.
    init?(named name: String) {
        switch name.lowercased() {
        case "jpeg", "jpg", "image/jpeg", "image/jpg": self = .jpeg
        case "png", "image/png": self = .png
        case "webp", "image/webp": self = .webp
        case "heic", "heif", "image/heic", "image/heif": self = .heic
        default: return nil
        }
    }

    var mediaType: String { "image/\(rawValue)" }
}

/// What a picture's headers say of it. Everything but the format may be missing or wrong: it comes from outside.
struct ImageHeader: Equatable {
    var format: ImageFormat
    /// Pixels as stored, before the orientation is applied.
    var width: Int?
    var height: Int?
    var exif: EXIF?

    init(format: ImageFormat) { self.format = format }

    mutating func setSize(_ width: Int?, _ height: Int?) {
        guard let width, let height, width > 0, height > 0, width <= 1_000_000, height <= 1_000_000 else { return }
        self.width = width
        self.height = height
    }
}
