/// Recognises bare MPEG audio (ISO/IEC 11172-3 and 13818-3, layers I to III) without a tag in front. Its frames begin with
/// eleven set bits and little else, so one header proves nothing: the byte order mark of UTF-16 looks like one. Several
/// frames must follow each other, each where the one before says that it ends.
package enum MPEGAudio {
    /// Headers that must fit together.
    package static let provingFrames = 3
    /// Bytes in which so many headers lie at any bit rate: two of the longest frames and one header more.
    package static let window = 8192

    /// Whether the bytes begin with frames.
    package static func begins(_ head: some Collection<UInt8>) -> Bool {
        let head = Array(head.prefix(window))
        var position = 0
        var first: UInt32?
        for _ in 0..<provingFrames {
            guard position + 4 <= head.count else { return false }
            let header = head[position..<position + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let length = frameLength(header), agrees(header, with: first ?? header) else { return false }
            first = first ?? header
            position += length
        }
        return true
    }

    /// Bytes from a frame's header to that of the next one; nil for what is no header, and for a free bit rate, which does
    /// not say.
    package static func frameLength(_ header: UInt32) -> Int? {
        let (version, layer) = (Int(header >> 19 & 3), Int(header >> 17 & 3))
        let (rateIndex, frequencyIndex) = (Int(header >> 12 & 15), Int(header >> 10 & 3))
        guard header >> 21 == 0x7ff, version != 1, layer != 0, (1...14).contains(rateIndex), frequencyIndex != 3 else {
            return nil
        }
        let isFirstVersion = version == 3
        let frequency = [44_100, 48_000, 32_000][frequencyIndex] >> (isFirstVersion ? 0 : version == 2 ? 1 : 2)
        // The bits of the layer count down: 3 is layer I.
        let table =
            isFirstVersion ? (layer == 3 ? rates1 : layer == 2 ? rates2 : rates3) : layer == 3 ? lowRates1 : lowRates2
        let bitRate = table[rateIndex - 1] * 1000
        let padding = Int(header >> 9 & 1)
        if layer == 3 { return (12 * bitRate / frequency + padding) * 4 }
        let samples = layer == 1 && !isFirstVersion ? 576 : 1152
        return samples / 8 * bitRate / frequency + padding
    }

    /// Frames of one stream share version, layer and sampling frequency.
    package static func agrees(_ header: UInt32, with first: UInt32) -> Bool {
        let shared: UInt32 = 0xfffe_0c00
        return header & shared == first & shared
    }

    // In kbit/s, for the indices 1 to 14.
    private static let rates1 = [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
    private static let rates2 = [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    private static let rates3 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let lowRates1 = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
    private static let lowRates2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
