/// Watches whether a picture comes whole, by its structure alone and in constant memory: a JPEG up to its end-of-image
/// marker (ITU T.81), a PNG up to its `IEND` chunk (W3C), a WebP as long as its RIFF header says (RFC 9649). What follows
/// the end, as some cameras append, does not matter. HEIC is not watched.
struct ImageEnding: Sendable {
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
        /// Nothing of the next bytes matters.
        case skipping
        case done
    }

    private(set) var isWhole = false
    private var state = State.sniffing
    private var gathered: [UInt8] = []
    private var left = 0
    /// What comes after `left` bytes.
    private var next = State.done
    private var isScan = false

    mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            switch state {
            case .done: return
            case .skipping:
                let step = min(left, bytes.count - position)
                left -= step
                position += step
                if left == 0 { endSkip() }
            case .sniffing, .chunkHead:
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
        if case .chunkHead = state {
            guard gathered.count == 8, let length = gathered[...].bigEndian32(0) else { return }
            // The chunk's checksum follows it.
            let isLast = gathered[...].hasText("IEND", at: 4)
            gathered = []
            return skip(length + 4, then: isLast ? .done : .chunkHead)
        }
        if gathered.starts(with: [0xff, 0xd8]) {
            state = .marker
        } else if gathered.count == ImageFormat.sniffLength {
            switch ImageFormat(sniffing: gathered[...]) {
            case .png:
                // The last four bytes begin the first chunk.
                gathered = Array(gathered[8...])
                state = .chunkHead
            case .webp:
                // The size counts from behind itself.
                let rest = (gathered[...].littleEndian32(4) ?? 0) - 4
                skip(max(0, rest), then: .done)
            case .heic, .jpeg, nil: finish()
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
        case .sniffing, .chunkHead, .skipping, .done: break
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
