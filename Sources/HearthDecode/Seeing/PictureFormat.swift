import CFFmpeg
import HearthCore
import HearthMedia

/// The kinds of pictures that are read, told by their first bytes: names and media types of strangers are not believed.
enum PictureFormat: String, CaseIterable {
    case jpeg, png, webp, tiff, bmp

    init?(_ bytes: UnsafeRawBufferPointer) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else if bytes.starts(with: [0x49, 0x49, 42, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
            self = .tiff
        } else if bytes.starts(with: [0x42, 0x4D]) {
            self = .bmp
        } else {
            return nil
        }
    }

    var codec: AVCodecID {
        switch self {
        case .jpeg: AV_CODEC_ID_MJPEG
        case .png: AV_CODEC_ID_PNG
        case .webp: AV_CODEC_ID_WEBP
        case .tiff: AV_CODEC_ID_TIFF
        case .bmp: AV_CODEC_ID_BMP
        }
    }

    /// HEIC and AVIF are named, so that people learn what to do.
    static func unread(_ bytes: UnsafeRawBufferPointer) -> HearthError {
        let brands = ["heic", "heix", "heif", "mif1", "msf1", "avif"]
        let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
        if bytes.dropFirst(4).starts(with: Array("ftyp".utf8)), brands.contains(brand) {
            return HearthError(
                .mediaUnsupported,
                "Pictures of the kind HEIF (\(brand)) are not read: the FFmpeg of the system cannot.",
                hint: "Let the phone save JPEG, or convert the picture; the original is kept.")
        }
        return HearthError(
            .mediaUnsupported, "The file is not a picture in a format that is read (JPEG, PNG, WebP, TIFF, BMP).",
            hint: "The original is kept; convert it and send it again.")
    }

    /// Width and height as the header says, before anything is decoded; nil where finding them is the decoder's work.
    func size(_ bytes: UnsafeRawBufferPointer) -> (width: Int, height: Int)? {
        func big(_ offset: Int, _ count: Int) -> Int {
            bytes.dropFirst(offset).prefix(count).reduce(0) { $0 << 8 | Int($1) }
        }
        func little(_ offset: Int, _ count: Int) -> Int {
            bytes.dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        switch self {
        case .png: return bytes.count >= 24 ? (big(16, 4), big(20, 4)) : nil
        case .bmp: return bytes.count >= 26 ? (little(18, 4), abs(Int(Int32(truncatingIfNeeded: little(22, 4))))) : nil
        case .webp:
            guard bytes.count >= 30 else { return nil }
            switch String(decoding: bytes[12..<16], as: UTF8.self) {
            case "VP8X": return (little(24, 3) + 1, little(27, 3) + 1)
            case "VP8L": return (little(21, 4) & 0x3FFF + 1, little(21, 4) >> 14 & 0x3FFF + 1)
            default: return (little(26, 2) & 0x3FFF, little(28, 2) & 0x3FFF)
            }
        case .tiff: return nil
        case .jpeg:
            var position = 2
            while position + 9 <= bytes.count, bytes[position] == 0xFF {
                let marker = bytes[position + 1]
                if marker == 0xFF {
                    position += 1
                } else if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                    return (big(position + 7, 2), big(position + 5, 2))
                } else {
                    position += 2 + big(position + 2, 2)
                }
            }
            return nil
        }
    }
}
