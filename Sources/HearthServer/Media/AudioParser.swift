import HearthMedia

/// Reads what a recording's first headers say: WAV (RIFF), FLAC (RFC 9639), Ogg (RFC 3533) with Opus or Vorbis. The
/// others are only recognised. Nothing of more than a page is gathered.
struct AudioParser: HeaderParser {
    static let start = HeaderStep.gather(12)

    private(set) var header = AudioHeader()
    private var state = State.sniff
    /// Of the samples to come, once the format of a WAV file is known.
    private var layout: SampleLayout?
    /// Bytes of the file before the next block.
    private var position = 0
    /// Bytes of an earlier block that belong to the next one.
    private var carried: [UInt8] = []

    private enum State {
        case sniff
        /// With the first header of bare MPEG audio and the number of those seen.
        case mpegFrame(UInt32, seen: Int)
        case waveChunk
        /// With the length of its chunk.
        case waveFormat(Int)
        case flacInfo
        case oggPage
        case oggTable
        case oggPacket
    }

    init() {}

    mutating func take(_ block: ArraySlice<UInt8>) -> HeaderStep {
        position += block.count
        let step = follow(block)
        if case .skip(let count, _) = step { position += count }
        return step
    }

    private mutating func follow(_ block: ArraySlice<UInt8>) -> HeaderStep {
        let block = carried.isEmpty ? block : (carried + block)[...]
        carried = []
        return switch state {
        case .sniff: sniff(block)
        case .mpegFrame(let first, let seen): mpegFrame(block, first, seen: seen)
        case .waveChunk: waveChunk(block)
        case .waveFormat(let length): waveFormat(block, length)
        case .flacInfo: flacInfo(block)
        case .oggPage: oggPage(block)
        case .oggTable: oggTable(block)
        case .oggPacket: oggPacket(block)
        }
    }

    private mutating func sniff(_ block: ArraySlice<UInt8>) -> HeaderStep {
        if block.hasText("RIFF", at: 0) || block.hasText("RF64", at: 0), block.hasText("WAVE", at: 8) {
            header.format = .wav
            state = .waveChunk
            return .gather(8)
        }
        if block.hasText("fLaC", at: 0) {
            header.format = .flac
            state = .flacInfo
            carried = Array(block.dropFirst(8))
            return .gather(30)
        }
        if block.hasText("OggS", at: 0) {
            header.format = .ogg
            state = .oggPage
            carried = Array(block)
            return .gather(15)
        }
        if block.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) {
            header.format = .webm
        } else if block.hasText("ftyp", at: 4) {
            header.format = .m4a
        } else if block.hasText("ID3", at: 0) {
            header.format = .mp3
        } else if let first = block.bigEndian32(0).map({ UInt32($0) }), let length = MPEGAudio.frameLength(first) {
            state = .mpegFrame(first, seen: 1)
            // No frame is as short as what was sniffed.
            return .skip(length - block.count, gather: 4)
        }
        return .done
    }

    // MARK: MPEG audio

    private mutating func mpegFrame(_ block: ArraySlice<UInt8>, _ first: UInt32, seen: Int) -> HeaderStep {
        guard let next = block.bigEndian32(0).map({ UInt32($0) }), let length = MPEGAudio.frameLength(next),
            MPEGAudio.agrees(next, with: first)
        else { return .done }
        guard seen + 1 < MPEGAudio.provingFrames else {
            header.format = .mp3
            return .done
        }
        state = .mpegFrame(first, seen: seen + 1)
        return .skip(length - block.count, gather: 4)
    }

    // MARK: WAV

    private mutating func waveChunk(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let length = block.littleEndian32(4) else { return .done }
        if block.hasText("fmt ", at: 0), length >= 16 {
            state = .waveFormat(length)
            return .gather(length <= Self.longestWaveFormat ? length : 16)
        }
        if block.hasText("data", at: 0) {
            layout?.offset = position
            // Recorders that stream write zero or the largest size, because they do not know.
            if length > 0, length < 0xffff_ff00 { layout?.statedBytes = length }
            header.samples = layout
            return .done
        }
        return .skip(length + length % 2, gather: 8)
    }

    /// Bytes; the longest that is written, `WAVEFORMATEXTENSIBLE`, has 40.
    private static let longestWaveFormat = 64

    private mutating func waveFormat(_ block: ArraySlice<UInt8>, _ length: Int) -> HeaderStep {
        setShape(rate: block.littleEndian32(4), channels: block.littleEndian16(2))
        state = .waveChunk
        let byteRate = block.littleEndian32(8) ?? 0
        if let frame = frameBytes(block, length), let rate = header.sampleRate {
            layout = SampleLayout(format: Array(block), bytesPerSecond: rate * frame, frameBytes: frame)
        } else if byteRate > 0 {
            layout = SampleLayout(bytesPerSecond: byteRate)
        }
        return .skip(length - block.count + length % 2, gather: 8)
    }

    /// Bytes of one sample of every channel, when samples are plain (1, whole numbers, or 3, floating point; 0xfffe says
    /// it further behind) and the header does not contradict itself.
    private func frameBytes(_ block: ArraySlice<UInt8>, _ length: Int) -> Int? {
        guard block.count == length, let bits = block.littleEndian16(14), bits > 0,
            let code = block.littleEndian16(0) == 0xfffe ? block.littleEndian16(24) : block.littleEndian16(0),
            code == 1 || code == 3, let channels = header.channels,
            block.littleEndian16(12) == channels * ((bits + 7) / 8)
        else { return nil }
        return block.littleEndian16(12)
    }

    // MARK: FLAC

    /// STREAMINFO, which must come first: the sizes of blocks and frames, then 20 bits of rate, 3 of channels, 5 of
    /// depth and 36 of sample count.
    private mutating func flacInfo(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let high = block.bigEndian32(10), let low = block.bigEndian32(14) else { return .done }
        let rate = high >> 12
        setShape(rate: rate, channels: high >> 9 & 7 + 1)
        let samples = (high & 15) << 32 | low
        if rate > 0, samples > 0 { header.durationSeconds = Double(samples) / Double(rate) }
        return .done
    }

    // MARK: Ogg

    private mutating func oggPage(_ block: ArraySlice<UInt8>) -> HeaderStep {
        guard let segments = block.word(at: 26, bytes: 1, littleEndian: true), segments > 0 else { return .done }
        state = .oggTable
        return .gather(segments)
    }

    private mutating func oggTable(_ block: ArraySlice<UInt8>) -> HeaderStep {
        let payload = block.reduce(0) { $0 + Int($1) }
        guard payload >= 19 else { return .done }
        state = .oggPacket
        return .gather(19)
    }

    private mutating func oggPacket(_ block: ArraySlice<UInt8>) -> HeaderStep {
        if block.hasText("OpusHead", at: 0) {
            header.format = .opus
            setShape(rate: block.littleEndian32(12), channels: block.word(at: 9, bytes: 1, littleEndian: true))
        } else if block.hasText("\u{1}vorbis", at: 0) {
            setShape(rate: block.littleEndian32(12), channels: block.word(at: 11, bytes: 1, littleEndian: true))
        }
        return .done
    }

    /// Only what the stream's schema allows: a header that lies is not the sender's mistake.
    private mutating func setShape(rate: Int?, channels: Int?) {
        if let rate, (8000...768_000).contains(rate) { header.sampleRate = rate }
        if let channels, (1...64).contains(channels) { header.channels = channels }
    }
}
