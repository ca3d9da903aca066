/// Watches whether a picture comes whole, by its structure alone and in constant memory: a JPEG up to its end-of-image
/// marker (ITU T.81), a PNG up to its `IEND` chunk (W3C), a WebP as long as its RIFF header says (RFC 9649), a GIF up to its
/// trailer, a BMP up to its last row. What follows the end, as some cameras append, does not matter. HEIC and TIFF, whose
/// parts lie anywhere, are not watched.
package struct ImageEnding: Sendable {
    private enum State {
        case sniffing
        /// Between segments of a JPEG.
        case marker
        case markerCode
        case lengthHigh
        case lengthLow(Int)
        /// Coded picture, where a marker is 0xff and neither zero nor a restart.
        case scan
        case scanMarker
        /// Length and type of a PNG's chunk.
        case chunkHead
        /// Signature and screen of a GIF.
        case gifHead
        /// Between the blocks of a GIF.
        case gifBlock
        case gifLabel
        /// Where and how large an image of a GIF is.
        case gifImage
        /// The length of a piece of data.
        case gifPiece
        case bmpHead
        /// Nothing of the next bytes matters.
        case skipping
        case done
    }

    package private(set) var isWhole = false
    private var state = State.sniffing
    private var gathered: [UInt8] = []
    private var left = 0
    /// What comes after `left` bytes.
    private var next = State.done
    private var isScan = false

    package init() {}

    package mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            switch state {
            case .done: return
            case .skipping:
                let step = min(left, bytes.count - position)
                left -= step
                position += step
                if left == 0 { endSkip() }
            case .sniffing, .chunkHead, .gifHead, .gifImage, .bmpHead:
                gathered.append(bytes[position])
                position += 1
                step()
            default:
                consume(bytes[position])
                position += 1
            }
        }
    }

    private mutating func skip(_ count: Int, then state: State) {
        (left, next, self.state) = (count, state, .skipping)
        if count == 0 { endSkip() }
    }

    private mutating func endSkip() {
        state = next
        if case .done = next { isWhole = true }
    }

    private mutating func finish() { (isWhole, state) = (true, .done) }

    /// A head is being gathered.
    private mutating func step() {
        switch state {
        case .chunkHead:
            guard gathered.count == 8, let length = gathered[...].bigEndian32(0) else { return }
            // The chunk's checksum follows it.
            let isLast = gathered[...].hasText("IEND", at: 4)
            gathered = []
            skip(length + 4, then: isLast ? .done : .chunkHead)
        case .gifHead:
            guard gathered.count == 13 else { return }
            let table = Self.colourTable(gathered[10])
            gathered = []
            skip(table, then: .gifBlock)
        case .gifImage:
            guard gathered.count == 9 else { return }
            let table = Self.colourTable(gathered[8])
            gathered = []
            // One byte says how the data is coded.
            skip(table + 1, then: .gifPiece)
        case .bmpHead:
            guard gathered.count >= 18, let length = gathered[...].littleEndian32(14),
                gathered.count == 14 + min(max(length, 12), 40)
            else { return }
            guard let end = Self.endOfBMP(gathered[...]), end > gathered.count else { return finish() }
            skip(end - gathered.count, then: .done)
        default: sniff()
        }
    }

    /// Bytes of a GIF's colour table, as the flags before it say.
    private static func colourTable(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    /// Where the last row of a BMP ends; nil where its header does not tell.
    private static func endOfBMP(_ head: ArraySlice<UInt8>) -> Int? {
        let isOldest = head.littleEndian32(14) == 12
        guard let start = head.littleEndian32(10),
            let width = isOldest ? head.littleEndian16(18) : head.littleEndian32(18),
            let rows = isOldest ? head.littleEndian16(20) : head.littleEndian32(22),
            let bits = head.littleEndian16(isOldest ? 24 : 28)
        else { return nil }
        let compression = isOldest ? 0 : head.littleEndian32(30) ?? 0
        // Plain pixels, with masks or without; the others say how long they are.
        guard [0, 3, 6].contains(compression) else { return head.littleEndian32(34).map { start + $0 } }
        let height = isOldest ? rows : abs(Int(Int32(truncatingIfNeeded: rows)))
        guard width <= MediaLimits.imageEdge, height <= MediaLimits.imageEdge, bits <= 64 else { return nil }
        return start + (width * bits + 31) / 32 * 4 * height
    }

    private mutating func sniff() {
        if gathered.starts(with: [0xff, 0xd8]) {
            state = .marker
        } else if gathered.count == PictureFormat.sniffLength {
            switch PictureFormat(sniffing: gathered[...]) {
            case .png:
                // The last four bytes begin the first chunk.
                gathered = Array(gathered[8...])
                state = .chunkHead
            case .webp:
                // The size counts from behind itself.
                let rest = (gathered[...].littleEndian32(4) ?? 0) - 4
                skip(max(0, rest), then: .done)
            case .gif: state = .gifHead
            case .bmp: state = .bmpHead
            case .heic, .tiff, .jpeg, nil: finish()
            }
        }
    }

    private mutating func consume(_ byte: UInt8) {
        switch state {
        case .marker: if byte == 0xff { state = .markerCode }
        case .scan: if byte == 0xff { state = .scanMarker }
        case .scanMarker:
            switch byte {
            case 0x00, 0xd0...0xd7: state = .scan
            case 0xff: break
            default: begin(byte)
            }
        case .markerCode: if byte != 0xff { begin(byte) }
        case .lengthHigh: state = .lengthLow(Int(byte) << 8)
        case .lengthLow(let high): skip(max(0, high + Int(byte) - 2), then: isScan ? .scan : .marker)
        case .gifBlock:
            switch byte {
            case 0x21: state = .gifLabel
            case 0x2c: state = .gifImage
            case 0x00: break
            // The trailer, or what is no block: there is nothing to wait for.
            default: finish()
            }
        case .gifLabel: state = .gifPiece
        case .gifPiece: if byte == 0 { state = .gifBlock } else { skip(Int(byte), then: .gifPiece) }
        case .sniffing, .chunkHead, .gifHead, .gifImage, .bmpHead, .skipping, .done: break
        }
    }

    /// A segment of a JPEG begins with its code.
    private mutating func begin(_ code: UInt8) {
        switch code {
        case 0xd9: finish()
        case 0x00, 0x01, 0xd0...0xd8: state = .marker
        default:
            isScan = code == 0xda
            state = .lengthHigh
        }
    }
}
