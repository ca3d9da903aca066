/// A WAV file of 16 kHz mono, 16-bit little-endian.
enum WaveFile {
    private static let sampleRate: UInt32 = 16_000

    static func bytes(_ samples: [UInt8]) -> [UInt8] { header(samples.count) + samples }

    /// RIFF, PCM, one channel of 16 bits.
    static func header(_ dataBytes: Int) -> [UInt8] {
        func four(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        func two(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let size = UInt32(clamping: dataBytes)
        var header = Array("RIFF".utf8) + four(36 &+ size) + Array("WAVEfmt ".utf8) + four(16)
        header += two(1) + two(1) + four(sampleRate) + four(sampleRate * 2) + two(2) + two(16)
        return header + Array("data".utf8) + four(size)
    }
}
