import HearthMedia

/// Reads size and EXIF out of JPEG (ITU T.81), PNG (W3C), WebP (RFC 9649), GIF (CompuServe), BMP (Microsoft), TIFF 6.0 and
/// HEIC (ISO/IEC 23008-12) while they stream by. Every length in them is only believed as far as bytes arrive; what is
/// gathered is bounded by `gatherLimit`.
struct ImageParser: HeaderParser {
    /// EXIF blocks of real cameras have at most 64 KiB; HEIC item tables of long bursts come close to this.
    static let gatherLimit = 1 << 20

    /// Enough to tell JPEG, whose segments begin at once; the others show themselves in twelve bytes.
    static let start = HeaderStep.gather(3)

    private(set) var header: ImageHeader?
    private var state = State.sniff
    /// Bytes of an earlier block that belong to the next one.
    private var carried: [UInt8] = []

    private enum State {
        case sniff
        case jpegMarker
        case jpegSegment(marker: Int)
        case pngChunk
        case pngSize
        case pngEXIF
        case webpChunk
        case webpPayload(type: String, rest: Int)
        case bmpHeader
        case tiffDirectory(isLittleEndian: Bool)
        case tiffEntries(isLittleEndian: Bool)
        case boxHeader
        case boxLargeSize(type: String)
        case metaBox
    }

    init() {}

    mutating func take(_ block: ArraySlice<UInt8>) -> HeaderStep {
        let block = carried.isEmpty ? block : (carried + block)[...]
        carried = []
        return switch state {
        case .sniff: sniff(block)
        case .jpegMarker: jpegMarker(block)
        case .jpegSegment(let marker): jpegSegment(marker, block)
        case .pngChunk: pngChunk(block)
        case .pngSize: pngSize(block)
        case .pngEXIF: pngEXIF(block)
        case .webpChunk: webpChunk(block)
        case .webpPayload(let type, let rest): webpPayload(type, block, rest)
        case .bmpHeader: bmpHeader(block)
        case .tiffDirectory(let isLittleEndian): tiffDirectory(block, isLittleEndian)
        case .tiffEntries(let isLittleEndian): tiffEntries(block, isLittleEndian)
        case .boxHeader: boxHeader(block)
        case .boxLargeSize(let type): box(type, payload: (largeSize(block) ?? 0) - 16)
        case .metaBox: metaBox(block)
        }
    }

    /// Keeps `bytes` for the front of the next block and asks for `count` more.
    private mutating func carry(_ bytes: ArraySlice<UInt8>, gather count: Int) -> HeaderStep {
        carried = Array(bytes)
        return .gather(count)
    }

    private mutating func sniff(_ block: ArraySlice<UInt8>) -> HeaderStep {
        if block.count < PictureFormat.sniffLength, !block.starts(with: [0xff, 0xd8, 0xff]) {
            return carry(block, gather: PictureFormat.sniffLength - block.count)
        }
        guard let format = PictureFormat(sniffing: block) else { return .done }
        header = ImageHeader(format: format)
        switch format {
        case .jpeg:
            state = .jpegMarker
            return carry([0xff], gather: 3)
        case .png:
            // The first chunk must be the size, 13 bytes.
            guard block.bigEndian32(8) == 13 else { return .done }
            state = .pngSize
            return .gather(4 + 13 + 4)
        case .webp:
            state = .webpChunk
            return .gather(8)
        case .gif:
            header?.setSize(block.littleEndian16(6), block.littleEndian16(8))
            return .done
        case .bmp:
            state = .bmpHeader
            return carry(block, gather: 26 - block.count)
        case .tiff:
            let isLittleEndian = block.first == 0x49
            guard let offset = block.word(at: 4, bytes: 4, littleEndian: isLittleEndian), offset >= 8 else {
                return .done
            }
            state = .tiffDirectory(isLittleEndian: isLittleEndian)
            // How many entries there are, and the first of them: there is always one.
            if offset >= block.count { return .skip(offset - block.count, gather: 14) }
            let begun = block.dropFirst(offset)
            return carry(begun, gather: 14 - begun.count)
        case .heic:
            guard let size = block.bigEndian32(0), size >= PictureFormat.sniffLength else { return .done }
            state = .boxHeader
            return .skip(size - PictureFormat.sniffLength, gather: 8)
        }
    }

    // MARK: JPEG

    private mutating func jpegMarker(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let marker = block.bigEndian16(0), let length = block.bigEndian16(2), marker >> 8 == 0xff
        else { return .done }
        let code = marker & 0xff
        // Any number of fill bytes may precede a marker.
        if code == 0xff { return carry(block.dropFirst(1), gather: 1) }
        // After the start of scan come only coded pictures.
        guard length >= 2, code != 0xda, code != 0xd9 else { return .done }
        guard length > 2, code == 0xe1 || Self.isFrame(code) else { return .skip(length - 2, gather: 4) }
        state = .jpegSegment(marker: code)
        return .gather(length - 2)
    }

    /// Start of frame: every kind but the tables and extensions that share the range.
    private static func isFrame(_ code: Int) -> Bool {
        code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc
    }

    private mutating func jpegSegment(_ code: Int, _ payload: ArraySlice<UInt8>) -> HeaderStep {
        if code == 0xe1, payload.hasText("Exif\0\0", at: 0) {
            if header?.exif == nil { header?.exif = EXIF(payload.dropFirst(6)) }
        } else if Self.isFrame(code) {
            header?.setSize(payload.bigEndian16(3), payload.bigEndian16(1))
        }
        state = .jpegMarker
        return .gather(4)
    }

    // MARK: PNG

    private mutating func pngSize(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard block.hasText("IHDR", at: 0) else { return .done }
        header?.setSize(block.bigEndian32(4), block.bigEndian32(8))
        state = .pngChunk
        return .gather(8)
    }

    private mutating func pngChunk(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let length = block.bigEndian32(0), length < 1 << 31, !block.hasText("IEND", at: 4) else { return .done }
        guard block.hasText("eXIf", at: 4), length > 0, length <= Self.gatherLimit else {
            return .skip(length + 4, gather: 8)
        }
        state = .pngEXIF
        return .gather(length)
    }

    private mutating func pngEXIF(_ block: ArraySlice<UInt8>) -> HeaderStep {
        header?.exif = EXIF(block)
        state = .pngChunk
        // The chunk's checksum.
        return .skip(4, gather: 8)
    }

    // MARK: WebP

    private mutating func webpChunk(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let length = block.littleEndian32(4) else { return .done }
        let type = String(decoding: block.prefix(4), as: UTF8.self)
        let padded = length + length % 2
        let wanted =
            switch type {
            case "VP8X", "VP8 ": 10
            case "VP8L": 5
            case "EXIF" where length <= Self.gatherLimit: length
            default: 0
            }
        guard wanted > 0, wanted <= padded else { return .skip(padded, gather: 8) }
        state = .webpPayload(type: type, rest: padded - wanted)
        return .gather(wanted)
    }

    private mutating func webpPayload(_ type: String, _ block: ArraySlice<UInt8>, _ rest: Int) -> HeaderStep {
        switch type {
        case "VP8X":
            header?.setSize(
                block.word(at: 4, bytes: 3, littleEndian: true).map { $0 + 1 },
                block.word(at: 7, bytes: 3, littleEndian: true).map { $0 + 1 })
        case "VP8 " where header?.width == nil:
            header?.setSize(block.littleEndian16(6).map { $0 & 0x3fff }, block.littleEndian16(8).map { $0 & 0x3fff })
        case "VP8L" where header?.width == nil:
            let bits = block.littleEndian32(1) ?? 0
            header?.setSize(bits & 0x3fff + 1, bits >> 14 & 0x3fff + 1)
        case "EXIF":
            // Some writers put the marker of JPEG before the block.
            header?.exif = EXIF(block.hasText("Exif\0\0", at: 0) ? block.dropFirst(6) : block)
        default: break
        }
        state = .webpChunk
        return .skip(rest, gather: 8)
    }

    // MARK: BMP

    /// Lengths of the headers that tell which of BMP's forms it is, apart from the oldest with 12.
    private static let bmpHeaders: Set<Int> = [40, 56, 64, 108, 124]

    private mutating func bmpHeader(_ block: ArraySlice<UInt8>) -> HeaderStep {
        let length = block.littleEndian32(14) ?? 0
        if length == 12 {
            header?.setSize(block.littleEndian16(18), block.littleEndian16(20))
        } else if Self.bmpHeaders.contains(length) {
            // A negative height says that the rows begin at the top.
            let height = block.littleEndian32(22).map { abs(Int(Int32(truncatingIfNeeded: $0))) }
            header?.setSize(block.littleEndian32(18), height)
        } else {
            // Only its first bytes looked like a picture.
            header = nil
        }
        return .done
    }

    // MARK: TIFF

    private mutating func tiffDirectory(_ block: ArraySlice<UInt8>, _ isLittleEndian: Bool) -> HeaderStep {
        guard let count = block.word(at: 0, bytes: 2, littleEndian: isLittleEndian), count > 0 else { return .done }
        state = .tiffEntries(isLittleEndian: isLittleEndian)
        // The entries and where the next directory is.
        return carry(block, gather: 2 + count * 12 + 4 - block.count)
    }

    /// Size and orientation, which stand in the entries themselves; texts and places lie elsewhere in the file.
    private mutating func tiffEntries(_ block: ArraySlice<UInt8>, _ isLittleEndian: Bool) -> HeaderStep {
        let head: [UInt8] = isLittleEndian ? [0x49, 0x49, 42, 0, 8, 0, 0, 0] : [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]
        guard let reader = TIFFReader((head + block)[...]) else { return .done }
        let entries = reader.directory(at: reader.firstDirectory, limit: block.count / 12)
        header?.setSize(reader.integer(entries[0x0100]), reader.integer(entries[0x0101]))
        if let orientation = reader.integer(entries[0x0112]), (1...8).contains(orientation) {
            header?.exif = EXIF(orientation: orientation)
        }
        return .done
    }

    // MARK: HEIC

    private mutating func boxHeader(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let size = block.bigEndian32(0) else { return .done }
        let type = String(decoding: block.dropFirst(4).prefix(4), as: UTF8.self)
        if size == 1 {
            state = .boxLargeSize(type: type)
            return .gather(8)
        }
        return box(type, payload: size - 8)
    }

    private func largeSize(_ block: ArraySlice<UInt8>) -> Int? {
        guard let high = block.bigEndian32(0), let low = block.bigEndian32(4), high < 1 << 20 else { return nil }
        return high << 32 | low
    }

    private mutating func box(_ type: String, payload: Int) -> HeaderStep {
        guard payload >= 0 else { return .done }
        guard type == "meta" else {
            state = .boxHeader
            return .skip(payload, gather: 8)
        }
        guard payload > 0, payload <= Self.gatherLimit else { return .done }
        state = .metaBox
        return .gather(payload)
    }

    /// The size of the largest picture in the item properties; the others are thumbnails and tiles.
    private mutating func metaBox(_ block: ArraySlice<UInt8>) -> HeaderStep {
        let properties = BoxList.find("ipco", in: BoxList.find("iprp", in: block.dropFirst(4)))
        var best = (0, 0)
        for (type, payload) in BoxList(properties) where type == "ispe" {
            // No picture has such edges, and their product would not fit an integer.
            guard let width = payload.bigEndian32(4), let height = payload.bigEndian32(8), width < 1 << 31,
                height < 1 << 31
            else { continue }
            if width * height > best.0 * best.1 { best = (width, height) }
        }
        header?.setSize(best.0, best.1)
        return .done
    }
}

/// The boxes inside a box of an ISO base media file (ISO/IEC 14496-12).
private struct BoxList: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func find(_ type: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        for (candidate, payload) in BoxList(bytes) where candidate == type { return payload }
        return []
    }

    mutating func next() -> (type: String, payload: ArraySlice<UInt8>)? {
        guard let size = rest.bigEndian32(0), size >= 8, size <= rest.count else { return nil }
        let box = rest.prefix(size)
        rest = rest.dropFirst(size)
        return (String(decoding: box.dropFirst(4).prefix(4), as: UTF8.self), box.dropFirst(8))
    }
}
