import HearthCore

/// How a recording that is too long for one reading is cut into files that can each be heard alone. Only plain samples can
/// be cut without being coded anew.
struct RecordingCut: Equatable {
    struct Piece: Equatable {
        /// From 0.
        var index: Int
        /// Of its first sample after the first of the recording.
        var start: Duration
        var seconds: Double
        /// What stands before its samples.
        var head: [UInt8]
        /// Its samples in the whole file.
        var bytes: Range<Int>
    }

    static let longestSeconds = 600

    let pieces: [Piece]

    /// Nil for a recording that is short enough, and for one that cannot be cut.
    init?(_ layout: SampleLayout, fileBytes: Int) {
        guard let frame = layout.frameBytes else { return nil }
        let longest = layout.bytesPerSecond * Self.longestSeconds
        var count = layout.sampleBytes(in: fileBytes)
        count -= count % frame
        guard count > longest else { return nil }
        pieces = (0..<(count + longest - 1) / longest).map { index in
            let samples = index * longest..<min((index + 1) * longest, count)
            return Piece(
                index: index, start: .seconds(index * Self.longestSeconds),
                seconds: Double(samples.count) / Double(layout.bytesPerSecond),
                head: layout.format.map { Self.waveHead($0, dataBytes: samples.count) } ?? [],
                bytes: layout.offset + samples.lowerBound..<layout.offset + samples.upperBound)
        }
    }

    /// The beginning of a WAV file (Microsoft RIFF) up to its samples.
    private static func waveHead(_ format: [UInt8], dataBytes: Int) -> [UInt8] {
        let padded = format + (format.count % 2 == 0 ? [] : [0])
        let formatChunk = text("fmt ") + number(format.count) + padded
        return text("RIFF") + number(4 + formatChunk.count + 8 + dataBytes) + text("WAVE") + formatChunk + text("data")
            + number(dataBytes)
    }

    private static func text(_ text: StaticString) -> [UInt8] {
        Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// An id for the recording that is the same however often a device sends it.
    /// - Parameter sha256: Of the whole file, in hexadecimal digits.
    static func recordingID(at start: Timestamp, device: UniqueID, sha256: String) -> UniqueID {
        var bits = DigestBits(
            words: [
                (UInt64(sha256.prefix(16), radix: 16) ?? 0) ^ device.high,
                (UInt64(sha256.dropFirst(16).prefix(16), radix: 16) ?? 0) ^ device.low,
            ])
        return UniqueID(at: start, using: &bits)
    }
}

/// The two words that an id is made of.
private struct DigestBits: RandomNumberGenerator {
    var words: [UInt64]

    mutating func next() -> UInt64 { words.isEmpty ? 0 : words.removeFirst() }
}
