import HearthCollect
import Testing

@Suite struct WaveLengthTests {
    /// 8 bytes per second, with a chunk of an odd length before the samples.
    private static func head(data: UInt32) -> [UInt8] {
        func four(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        let format: [UInt8] = [1, 0, 1, 0] + four(4) + four(8) + [2, 0, 16, 0]
        return Array("RIFF".utf8) + four(0) + Array("WAVEfmt ".utf8) + four(16) + format + Array("LIST".utf8) + four(3)
            + [1, 2, 3, 0] + Array("data".utf8) + four(data)
    }

    @Test func theHeaderTellsHowLongItLasts() {
        let head = Self.head(data: 800)
        #expect(WaveLength.seconds(head, fileBytes: head.count + 800) == 100)
    }

    @Test(arguments: [0xFFFF_FFFF, 8000] as [UInt32]) func aFileThatEndsEarlierCountsAsFarAsItGoes(_ data: UInt32) {
        let head = Self.head(data: data)
        #expect(WaveLength.seconds(head, fileBytes: head.count + 40) == 5)
    }

    @Test func whatIsNoWaveHasNoLength() {
        #expect(WaveLength.seconds(Array("OggS and more of it, much more".utf8), fileBytes: 100) == nil)
        #expect(WaveLength.seconds(Array(Self.head(data: 8).prefix(30)), fileBytes: 100) == nil)
    }
}
