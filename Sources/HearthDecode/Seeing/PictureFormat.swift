import CFFmpeg
import HearthCore
import HearthMedia

extension PictureFormat {
    /// - Throws: `media-unsupported` for what is no picture, and for kinds that are not read.
    init(reading bytes: UnsafeRawBufferPointer) throws(HearthError) {
        guard let format = PictureFormat(sniffing: bytes), format.isRead else { throw Self.unread(bytes) }
        self = format
    }

    /// Nil for what is not read.
    var codec: AVCodecID? {
        switch self {
        case .jpeg: AV_CODEC_ID_MJPEG
        case .png: AV_CODEC_ID_PNG
        case .webp: AV_CODEC_ID_WEBP
        case .gif: AV_CODEC_ID_GIF
        case .bmp: AV_CODEC_ID_BMP
        case .tiff: AV_CODEC_ID_TIFF
        case .heic: nil
        }
    }

    /// HEIC and AVIF are named, so that people learn what to do.
    private static func unread(_ bytes: UnsafeRawBufferPointer) -> HearthError {
        let brands = ["heic", "heix", "heif", "mif1", "msf1", "avif"]
        let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
        if bytes.dropFirst(4).starts(with: Array("ftyp".utf8)), brands.contains(brand) {
            return HearthError(
                .mediaUnsupported,
                "Pictures of the kind HEIF (\(brand)) are not read: the FFmpeg of the system cannot.",
                hint: "Let the phone save JPEG, or convert the picture; the original is kept.")
        }
        return HearthError(
            .mediaUnsupported, "The file is not a picture in a format that is read (\(readTitles)).",
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
        case .gif: return bytes.count >= 10 ? (little(6, 2), little(8, 2)) : nil
        case .bmp:
            // The oldest header, of twelve bytes, has sizes of two.
            if bytes.count >= 26, little(14, 4) == 12 { return (little(18, 2), little(20, 2)) }
            return bytes.count >= 26 ? (little(18, 4), abs(Int(Int32(truncatingIfNeeded: little(22, 4))))) : nil
        case .webp:
            guard bytes.count >= 30 else { return nil }
            switch String(decoding: bytes[12..<16], as: UTF8.self) {
            case "VP8X": return (little(24, 3) + 1, little(27, 3) + 1)
            case "VP8L": return (little(21, 4) & 0x3FFF + 1, little(21, 4) >> 14 & 0x3FFF + 1)
            default: return (little(26, 2) & 0x3FFF, little(28, 2) & 0x3FFF)
            }
        case .tiff, .heic: return nil
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
