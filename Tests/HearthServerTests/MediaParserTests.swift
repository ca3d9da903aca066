import Foundation
import HearthCore
import HearthMedia
import HearthTesting
import Testing

@testable import HearthServer

@Suite struct ImageParserTests {
    private func header(_ bytes: [UInt8], step: Int = .max) -> ImageHeader? {
        var walker = HeaderWalker(ImageParser())
        var start = 0
        while start < bytes.count {
            let end = start + min(step, bytes.count - start)
            bytes[start..<end].withUnsafeBytes { walker.consume($0) }
            start = end
        }
        return walker.parser.header
    }

    @Test(arguments: [1, 7, 4096])
    func sizesAreReadInPiecesOfAnySize(_ step: Int) {
        let cases: [([UInt8], PictureFormat, Int, Int)] = [
            (MediaFixtures.jpeg(), .jpeg, 640, 480), (MediaFixtures.png(), .png, 320, 200),
            (MediaFixtures.webp(), .webp, 1000, 700), (MediaFixtures.heic(), .heic, 4032, 3024),
            (MediaFixtures.gif(), .gif, 300, 150), (MediaFixtures.bmp(), .bmp, 30, 20),
            (MediaFixtures.bmp(height: -20), .bmp, 30, 20),
        ]
        for (bytes, format, width, height) in cases {
            let header = header(bytes, step: step)
            #expect(header?.format == format)
            #expect(header?.width == width)
            #expect(header?.height == height)
            #expect(header?.exif == nil)
        }
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func directoryOfATIFFIsReadWhereverItStands(_ littleEndian: Bool, _ directoryFirst: Bool) {
        let bytes = MediaFixtures.tiff(littleEndian: littleEndian, directoryFirst: directoryFirst)
        for step in [1, 7, 4096] {
            let header = header(bytes, step: step)
            #expect(header?.format == .tiff)
            #expect(header?.width == 900)
            #expect(header?.height == 1200)
            #expect(header?.exif?.orientation == 8)
        }
    }

    /// Edges whose product is beyond any integer.
    @Test func hugeSizesAreTooLargeAndNotCounted() {
        let huge = 0xffff_ffff
        let heic = header(MediaFixtures.heic(width: huge, height: huge))
        #expect(heic?.width == 512 && heic?.excess == nil)
        let png = header(MediaFixtures.png(width: huge, height: huge))
        #expect(png?.width == nil && png?.excess?.code == .tooLarge)
        #expect(header(MediaFixtures.tiff(width: 30_000, height: 3334))?.excess?.code == .tooLarge)
        #expect(header(MediaFixtures.tiff(width: 30_000, height: 3333))?.excess == nil)
        #expect(header(MediaFixtures.gif(width: 30_001, height: 1))?.excess?.code == .tooLarge)
    }

    @Test(arguments: [true, false])
    func exifIsReadWhereverItStands(_ littleEndian: Bool) throws {
        let exif = MediaFixtures.exif(littleEndian: littleEndian)
        for bytes in [MediaFixtures.jpeg(exif: exif), MediaFixtures.png(exif: exif), MediaFixtures.webp(exif: exif)] {
            let found = try #require(header(bytes, step: 100)?.exif)
            #expect(found.orientation == 6)
            #expect(found.make == "Example Cameras")
            #expect(found.model == "One")
            #expect(found.latitude == 52.5)
            #expect(found.longitude == -13.4)
            #expect(found.altitude == -34)
            #expect(found.taken?.clock == Timestamp("2026-11-20T17:30:05Z"))
            #expect(found.taken?.offsetMinutes == 60)
        }
    }

    @Test func clockWithoutOffsetIsLocal() {
        let exif = EXIF(MediaFixtures.exif(littleEndian: true, offset: nil)[...])
        #expect(exif?.taken?.clock == Timestamp("2026-11-20T17:30:05Z"))
        #expect(exif?.taken?.offsetMinutes == nil)
    }

    /// Every byte of a header set to every telling value: nothing may trap, and what is read stays in bounds.
    @Test func hostileHeadersAreSurvived() {
        let exif = MediaFixtures.exif(littleEndian: true)
        let files = [
            MediaFixtures.jpeg(exif: exif), MediaFixtures.png(exif: exif), MediaFixtures.webp(exif: exif),
            MediaFixtures.heic(), MediaFixtures.gif(), MediaFixtures.bmp(), MediaFixtures.tiff(),
            MediaFixtures.tiff(littleEndian: false, directoryFirst: true),
        ]
        for file in files {
            for index in 0..<min(file.count, 700) {
                for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                    var damaged = file
                    damaged[index] = value
                    if let header = header(damaged) { check(header) }
                }
                if let header = header(Array(file.prefix(index))) { check(header) }
            }
        }
    }

    @Test func randomBlocksAreSurvived() {
        var generator = SplitMix64(seed: 42)
        let exif = MediaFixtures.exif(littleEndian: false)
        for _ in 0..<20_000 {
            var block = exif
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                block[Int.random(in: 0..<block.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if let exif = EXIF(block[...]) {
                var header = ImageHeader(format: .jpeg)
                header.exif = exif
                check(header)
            }
        }
    }

    /// What the stream's schema allows.
    private func check(_ header: ImageHeader) {
        #expect((1...1_000_000).contains(header.width ?? 1))
        guard let exif = header.exif else { return }
        #expect((1...8).contains(exif.orientation ?? 1))
        #expect((-90.0...90).contains(exif.latitude ?? 0))
        #expect((-180.0...180).contains(exif.longitude ?? 0))
        #expect((-12_000.0...100_000).contains(exif.altitude ?? 0))
        #expect((exif.make?.count ?? 0) <= 200)
    }

    @Test(.enabled(if: TestData.has("coco128-sample/images"), "needs the test data"))
    func realPhotosHaveSizes() throws {
        let names = try TestData.names(in: "coco128-sample/images").filter { $0.hasSuffix(".jpg") }
        try #require(!names.isEmpty)
        for name in names {
            let header = try #require(header(try TestData.bytes("coco128-sample/images/\(name)"), step: 1000))
            #expect(header.format == .jpeg)
            #expect((header.width ?? 0) >= 100 && (header.height ?? 0) >= 100, "\(name)")
        }
    }

    @Test(
        arguments: [
            [], [0xff], [0xff, 0xd8], Array("GIF88a-----------".utf8), Array("<svg xmlns=".utf8),
            Array("BMW and other makers of cars, and of motorcycles".utf8),
            // Looks like a BMP as far as the length of its second header.
            Array("BM".utf8) + [9, 9, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 41] + [UInt8](repeating: 0, count: 40),
            Array("RIFF....WAVEfmt ".utf8),
        ] as [[UInt8]])
    func otherFilesAreNoPictures(_ bytes: [UInt8]) { #expect(header(bytes) == nil) }
}

@Suite struct AudioParserTests {
    private func header(_ bytes: [UInt8], step: Int = .max) -> AudioHeader {
        var walker = HeaderWalker(AudioParser())
        var start = 0
        while start < bytes.count {
            let end = start + min(step, bytes.count - start)
            bytes[start..<end].withUnsafeBytes { walker.consume($0) }
            start = end
        }
        return walker.parser.header
    }

    @Test(arguments: [1, 5, 4096])
    func headersAreReadInPiecesOfAnySize(_ step: Int) {
        let wave = header(MediaFixtures.wav(), step: step)
        #expect((wave.format, wave.sampleRate, wave.channels) == (.wav, 16_000, 1))
        #expect(wave.samples?.offset == 56 && wave.samples?.statedBytes == 64_000)
        #expect(wave.samples?.bytesPerSecond == 32_000 && wave.samples?.frameBytes == 2)
        #expect(
            header(MediaFixtures.flac, step: step)
                == AudioHeader(format: .flac, sampleRate: 44_100, channels: 2, durationSeconds: 10))
        #expect(header(MediaFixtures.opus, step: step) == AudioHeader(format: .opus, sampleRate: 48_000, channels: 2))
        #expect(header(MediaFixtures.mp3, step: step).format == .mp3)
        #expect(header(MediaFixtures.taggedMP3, step: step).format == .mp3)
        #expect(header(MediaFixtures.webm, step: step).format == .webm)
        #expect(header(MediaFixtures.m4a, step: step).format == .m4a)
        #expect(header(Array("just some text, no sound".utf8), step: step).format == nil)
    }

    /// UTF-16 begins with eleven set bits, as a frame of MPEG audio does, and so may any file: one header proves nothing.
    @Test(arguments: [1, 4096]) func aTextInUTF16IsNoRecording(_ step: Int) {
        let text: [UInt8] = "The boat is moored at berth fourteen. ".utf8.flatMap { [$0, 0] }
        #expect(header([0xff, 0xfe] + text + text, step: step).format == nil)
        #expect(header(Array(MediaFixtures.mp3.prefix(417)) + text + text, step: step).format == nil)
    }

    @Test func hostileHeadersAreSurvived() {
        for file in [Array(MediaFixtures.wav().prefix(200)), MediaFixtures.flac, MediaFixtures.opus] {
            for index in file.indices {
                for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                    var damaged = file
                    damaged[index] = value
                    let header = header(damaged)
                    #expect((8000...768_000).contains(header.sampleRate ?? 8000))
                    #expect((1...64).contains(header.channels ?? 1))
                    #expect(header.seconds(in: damaged.count)?.isFinite ?? true)
                    if let samples = header.samples {
                        let cut = RecordingCut(samples, fileBytes: 512 << 20)
                        #expect(cut?.pieces.allSatisfy { $0.bytes.upperBound <= 512 << 20 } ?? true)
                    }
                }
            }
        }
    }

    @Test(.enabled(if: TestData.has("env-sounds/esc50"), "needs the test data"))
    func realRecordingsHaveLengths() throws {
        let names = try TestData.names(in: "env-sounds/esc50").filter { $0.hasSuffix(".wav") }
        try #require(!names.isEmpty)
        for name in names {
            let bytes = try TestData.bytes("env-sounds/esc50/\(name)")
            let header = header(bytes)
            #expect(header.format == .wav)
            #expect((header.seconds(in: bytes.count) ?? 0) > 0.1, "\(name)")
        }
    }

    @Test(arguments: [
        // What the header states of the samples, what came of them, and what counts, in bytes.
        (64_000, 64_000, 64_000), (64_000, 32_000, 32_000), (64_000, 64_100, 64_000), (0, 48_000, 48_000),
        (0xffff_ffff, 16_000, 16_000),
    ])
    func lengthFollowsFromWhatCame(_ stated: Int, _ came: Int, _ counted: Int) {
        let file = MediaFixtures.wavHead(statedBytes: stated) + [UInt8](repeating: 0, count: came)
        #expect(header(file).seconds(in: file.count) == Double(counted) / 32_000)
    }

    @Test func onlyPlainSamplesAreCut() throws {
        let hour = 3600 * 32_000
        let plain = try #require(header(MediaFixtures.wavHead(statedBytes: hour)).samples)
        let cut = try #require(RecordingCut(plain, fileBytes: plain.offset + hour - 1))
        #expect(cut.pieces.map(\.index) == Array(0..<6))
        #expect(cut.pieces.map(\.start) == (0..<6).map { .seconds($0 * 600) })
        #expect(cut.pieces.last?.seconds == Double(600 * 32_000 - 2) / 32_000)
        #expect(cut.pieces[1].bytes == plain.offset + 600 * 32_000..<plain.offset + 1200 * 32_000)
        // Each begins as a file of its own that says how long it is.
        let own = try #require(header(cut.pieces[1].head).samples)
        #expect(own.offset == cut.pieces[1].head.count && own.statedBytes == 600 * 32_000)
        #expect(RecordingCut(plain, fileBytes: plain.offset + 600 * 32_000) == nil)
        // 17 is IMA ADPCM.
        let packed = try #require(header(MediaFixtures.wavHead(statedBytes: hour, code: 17)).samples)
        #expect(packed.frameBytes == nil && RecordingCut(packed, fileBytes: hour) == nil)
        #expect(packed.seconds(in: packed.offset + hour) == 3600)
    }

    @Test func samplesWithoutAHeaderAreCutByWhatTheirSenderSays() throws {
        let said: JSONValue = ["sample_rate": 8000, "channels": 2]
        let cut = try #require(AudioUpload.cut(AudioParser(), .pcm, said: said, size: 601 * 32_000 + 3))
        #expect(cut.pieces.map(\.bytes) == [0..<600 * 32_000, 600 * 32_000..<601 * 32_000])
        #expect(cut.pieces.allSatisfy { $0.head.isEmpty })
        let own: JSONValue = ["sample_rate": 8000, "file_id": "019aa3c2-7d1e-7c54-8a7e-3c1b9c0f6f11"]
        #expect(AudioUpload.cut(AudioParser(), .pcm, said: own, size: 512 << 20) == nil)
        #expect(AudioUpload.cut(AudioParser(), .mp3, said: [:], size: 512 << 20) == nil)
    }

    @Test func statedFormatMustFit() {
        #expect(AudioFormat.opus.accepts(.ogg) && AudioFormat.opus.accepts(.webm) && AudioFormat.ogg.accepts(.opus))
        #expect(AudioFormat.pcm.accepts(nil) && AudioFormat.pcm.accepts(.wav))
        #expect(!AudioFormat.wav.accepts(.mp3) && !AudioFormat.wav.accepts(nil))
    }
}
