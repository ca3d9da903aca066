import HearthCore

/// Small files made by hand: just enough of each format for its headers to be read.
enum MediaFixtures {
    static func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
    static func big32(_ value: Int) -> [UInt8] { big16(value >> 16) + big16(value & 0xffff) }
    static func little16(_ value: Int) -> [UInt8] { big16(value).reversed() }
    static func little32(_ value: Int) -> [UInt8] { big32(value).reversed() }

    // MARK: EXIF

    /// A TIFF structure with orientation, camera, place (52.5 N, 13.4 W, 34 m below the sea) and time.
    static func exif(littleEndian: Bool, offset: String? = "+01:00") -> [UInt8] {
        func word16(_ value: Int) -> [UInt8] { littleEndian ? little16(value) : big16(value) }
        func word32(_ value: Int) -> [UInt8] { littleEndian ? little32(value) : big32(value) }
        var heap: [UInt8] = []
        /// Directories come first; what does not fit an entry goes to the heap behind them.
        let heapStart = 8 + (2 + 5 * 12 + 4) + (2 + 2 * 12 + 4) + (2 + 6 * 12 + 4)
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            var field = value
            if value.count > 4 {
                field = word32(heapStart + heap.count)
                heap += value
            }
            field += [UInt8](repeating: 0, count: 4 - field.count)
            return word16(tag) + word16(type) + word32(count) + field
        }
        func text(_ tag: Int, _ text: String) -> [UInt8] { entry(tag, 2, text.utf8.count + 1, Array(text.utf8) + [0]) }
        func rationals(_ tag: Int, _ values: [(Int, Int)]) -> [UInt8] {
            entry(tag, 5, values.count, values.flatMap { word32($0.0) + word32($0.1) })
        }
        let photoStart = 8 + 2 + 5 * 12 + 4
        let placeStart = photoStart + 2 + 2 * 12 + 4
        let main =
            word16(5) + text(0x010f, "Example Cameras") + text(0x0110, "One ")
            + entry(0x0112, 3, 1, word16(6)) + entry(0x8769, 4, 1, word32(photoStart))
            + entry(0x8825, 4, 1, word32(placeStart)) + word32(0)
        let photo =
            word16(2) + text(0x9003, "2026:11:20 17:30:05") + text(0x9011, offset ?? "      ") + word32(0)
        let place =
            word16(6) + text(1, "N") + rationals(2, [(52, 1), (30, 1), (0, 1)]) + text(3, "W")
            + rationals(4, [(13, 1), (24, 1), (0, 1)]) + entry(5, 1, 1, [1]) + rationals(6, [(340, 10)]) + word32(0)
        let head: [UInt8] = (littleEndian ? [0x49, 0x49] : [0x4d, 0x4d]) + word16(42) + word32(8)
        return head + main + photo + place + heap
    }

    // MARK: Pictures

    static func jpeg(width: Int = 640, height: Int = 480, exif: [UInt8]? = nil) -> [UInt8] {
        func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
            [0xff, marker] + big16(payload.count + 2) + payload
        }
        var bytes: [UInt8] = [0xff, 0xd8]
        bytes += segment(0xe0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        if let exif { bytes += segment(0xe1, Array("Exif\0\0".utf8) + exif) }
        bytes += segment(0xdb, [UInt8](repeating: 1, count: 65))
        bytes += [0xff, 0xff] + segment(0xc0, [8] + big16(height) + big16(width) + [3]).dropFirst()
        bytes += segment(0xda, [1, 2, 3]) + [UInt8](repeating: 0x55, count: 200) + [0xff, 0xd9]
        return bytes
    }

    static func png(width: Int = 320, height: Int = 200, exif: [UInt8]? = nil) -> [UInt8] {
        func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
            big32(payload.count) + Array(type.utf8) + payload + [0, 0, 0, 0]
        }
        var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        bytes += chunk("IHDR", big32(width) + big32(height) + [8, 2, 0, 0, 0])
        bytes += chunk("IDAT", [UInt8](repeating: 7, count: 300))
        if let exif { bytes += chunk("eXIf", exif) }
        return bytes + chunk("IEND", [])
    }

    static func webp(width: Int = 1000, height: Int = 700, exif: [UInt8]? = nil) -> [UInt8] {
        func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
            Array(type.utf8) + little32(payload.count) + payload + (payload.count % 2 == 1 ? [0] : [])
        }
        func little24(_ value: Int) -> [UInt8] { Array(little32(value).prefix(3)) }
        var body = chunk("VP8X", [8, 0, 0, 0] + little24(width - 1) + little24(height - 1))
        body += chunk("VP8 ", [UInt8](repeating: 3, count: 301))
        if let exif { body += chunk("EXIF", exif) }
        return Array("RIFF".utf8) + little32(body.count + 4) + Array("WEBP".utf8) + body
    }

    static func heic(width: Int = 4032, height: Int = 3024) -> [UInt8] {
        func box(_ type: String, _ payload: [UInt8]) -> [UInt8] {
            big32(payload.count + 8) + Array(type.utf8) + payload
        }
        func size(_ width: Int, _ height: Int) -> [UInt8] { box("ispe", [0, 0, 0, 0] + big32(width) + big32(height)) }
        let properties = box("iprp", box("ipco", size(512, 512) + size(width, height) + size(320, 240)))
        return box("ftyp", Array("heic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8))
            + box("free", [1, 2, 3]) + box("meta", [0, 0, 0, 0] + box("hdlr", [0]) + properties) + box("mdat", [9, 9])
    }

    /// Two images with a colour table each, and a comment before the trailer.
    static func gif(width: Int = 300, height: Int = 150) -> [UInt8] {
        func pieces(_ count: Int) -> [UInt8] { [UInt8(count)] + [UInt8](repeating: 0x3b, count: count) }
        let table = [UInt8](repeating: 0x2c, count: 12)
        let image: [UInt8] = [0x2c, 0, 0, 0, 0, 9, 0, 9, 0, 0x81] + table + [2] + pieces(200) + pieces(7) + [0]
        return Array("GIF89a".utf8) + little16(width) + little16(height) + [0x81, 0, 0] + table
            + [0x21, 0xf9, 4, 0, 0, 0, 0, 0] + image + image + [0x21, 0xfe] + pieces(5) + [0, 0x3b]
    }

    /// Plain pixels of 24 bits under a header of 40 bytes; a negative height begins at the top.
    static func bmp(width: Int = 30, height: Int = 20) -> [UInt8] {
        let pixels = [UInt8](repeating: 9, count: (width * 24 + 31) / 32 * 4 * abs(height))
        let head = little32(40) + little32(width) + little32(height & 0xffff_ffff) + little16(1) + little16(24)
        return Array("BM".utf8) + little32(54 + pixels.count) + [0, 0, 0, 0] + little32(54) + head
            + [UInt8](repeating: 0, count: 24) + pixels
    }

    /// Size and orientation, in a directory at the end of the file or right behind its head.
    static func tiff(width: Int = 900, height: Int = 1200, littleEndian: Bool = true, directoryFirst: Bool = false)
        -> [UInt8]
    {
        func word16(_ value: Int) -> [UInt8] { littleEndian ? little16(value) : big16(value) }
        func word32(_ value: Int) -> [UInt8] { littleEndian ? little32(value) : big32(value) }
        func short(_ tag: Int, _ value: Int) -> [UInt8] {
            word16(tag) + word16(3) + word32(1) + word16(value) + [0, 0]
        }
        let pixels = [UInt8](repeating: 5, count: 400)
        let directory =
            word16(3) + short(0x100, width) + word16(0x101) + word16(4) + word32(1) + word32(height)
            + short(0x112, 8) + word32(0)
        let mark: [UInt8] = littleEndian ? [0x49, 0x49] : [0x4d, 0x4d]
        let head = mark + word16(42) + word32(directoryFirst ? 8 : 8 + pixels.count)
        return head + (directoryFirst ? directory + pixels : pixels + directory)
    }

    // MARK: Sounds

    static func wav(seconds: Int = 2, rate: Int = 16_000, channels: Int = 1) -> [UInt8] {
        let data = [UInt8](repeating: 0, count: seconds * rate * channels * 2)
        let format =
            little16(1) + little16(channels) + little32(rate) + little32(rate * channels * 2) + little16(channels * 2)
            + little16(16)
        let list = Array("LIST".utf8) + little32(3) + [1, 2, 3, 0]
        let body =
            Array("WAVE".utf8) + Array("fmt ".utf8) + little32(16) + format + list + Array("data".utf8)
            + little32(data.count) + data
        return Array("RIFF".utf8) + little32(body.count) + body
    }

    /// The head of a WAV file of 16 kHz, one channel, 16 bits, whatever comes behind it.
    static func wavHead(statedBytes: Int, code: Int = 1) -> [UInt8] {
        let format = little16(code) + little16(1) + little32(16_000) + little32(32_000) + little16(2) + little16(16)
        return Array("RIFF".utf8) + little32(36 + statedBytes) + Array("WAVEfmt ".utf8) + little32(16) + format
            + Array("data".utf8) + little32(statedBytes)
    }

    static let flac: [UInt8] = {
        // 44.1 kHz, 2 channels, 16 bits, 441,000 samples.
        let packed: UInt64 = 44_100 << 44 | 1 << 41 | 15 << 36 | 441_000
        let info =
            big16(4096) + big16(4096) + [0, 0, 0, 0, 0, 0] + (0..<8).map { UInt8(packed >> (56 - 8 * $0) & 255) }
        return Array("fLaC".utf8) + [0x80, 0, 0, 34] + info + [UInt8](repeating: 0, count: 16)
    }()

    static let opus: [UInt8] = {
        let head = Array("OpusHead".utf8) + [1, 2] + little16(312) + little32(48_000) + [0, 0, 0]
        return Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, UInt8(head.count)] + head
    }()

    /// Four frames of layer III at 128 kbit/s and 44.1 kHz.
    static let mp3: [UInt8] = (0..<4).flatMap { _ in
        [0xff, 0xfb, 0x90, 0x64] + [UInt8](repeating: 0, count: 413)
    }
    static let taggedMP3: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 20)
    static let webm: [UInt8] = [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 1, 0x42, 0xf7, 0x81, 1]
    static let m4a: [UInt8] = big32(20) + Array("ftypM4A ".utf8) + [0, 0, 0, 0] + Array("M4A ".utf8)
}
