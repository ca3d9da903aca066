import HearthCore

/// 16-bit samples, little-endian, channels in turn: what binary frames of an audio socket hold.
struct SampleFormat: Hashable, Sendable {
    static let bytesPerSample = 2

    var sampleRate: Int
    var channels: Int

    /// One sample of every channel.
    var frameBytes: Int { channels * Self.bytesPerSample }
    var bytesPerSecond: Int { sampleRate * frameBytes }

    /// The 44 bytes that make `dataBytes` of samples a WAV file (Microsoft RIFF, `WAVE_FORMAT_PCM`).
    func wavHeader(dataBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44)
        func text(_ text: StaticString) {
            bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        func number(_ value: Int, _ width: Int) {
            for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8))) }
        }
        text("RIFF")
        number(36 + dataBytes, 4)
        text("WAVEfmt ")
        number(16, 4)
        number(1, 2)
        number(channels, 2)
        number(sampleRate, 4)
        number(bytesPerSecond, 4)
        number(frameBytes, 2)
        number(Self.bytesPerSample * 8, 2)
        text("data")
        number(dataBytes, 4)
        return bytes
    }
}
