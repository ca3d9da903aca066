import Foundation
import HearthCore
import HearthMedia
import HearthTesting
import Testing

/// Files of strangers, through the real program.
@Suite struct MediaEntryTests {
    static let prompts = "/usr/share/asterisk/sounds/en"

    @Test(arguments: ["jpeg", "png", "webp", "bmp"]) func aHugePictureIsRefusedByItsHeader(_ format: String)
        async throws
    {
        let bytes: [UInt8] =
            switch format {
            case "png":
                [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 1, 0, 0, 0, 1, 0, 0]
            case "jpeg": [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3]
            case "webp":
                Array("RIFF".utf8) + [22, 0, 0, 0] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0]
                    + [255, 255, 255, 255, 255, 255]
            default:
                [0x42, 0x4D] + [UInt8](repeating: 0, count: 8) + [54, 0, 0, 0, 40, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]
                    + [UInt8](repeating: 0, count: 28)
            }
        let client = Decoders.real()
        let failure = await Decoders.failure { _ = try await client.answer(.see(SeeOptions()), DecoderInput(bytes)) }
        #expect(failure?.code == .tooLarge)
        await client.shutDown()
    }

    /// 100 megapixels to the pixel, of black in one bit each.
    @Test func thePictureOfTheLimitIsRead() async throws {
        let edge = 10_000
        #expect(edge * edge == MediaLimits.imagePixels)
        func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] { big(data.count) + Array(type.utf8) + data + big(0) }
        let count = (edge / 8 + 1) * edge
        var packed: [UInt8] = [0x78, 1]
        var left = count
        while left > 0 {
            let piece = min(left, 65_535)
            left -= piece
            packed += [
                left == 0 ? 1 : 0, UInt8(piece & 255), UInt8(piece >> 8), UInt8(~piece & 255), UInt8(~piece >> 8 & 255),
            ]
            packed += [UInt8](repeating: 0, count: piece)
        }
        // Adler-32 of zeros.
        packed += big((count % 65_521) << 16 | 1)
        let png =
            [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10] + chunk("IHDR", big(edge) + big(edge) + [1, 0, 0, 0, 0])
            + chunk("IDAT", packed) + chunk("IEND", [])
        let client = Decoders.real()
        let events = try await client.answer(.see(SeeOptions(readsText: false)), DecoderInput(png))
        guard case .picture(let picture) = events.first else {
            Issue.record("\(events.count) events")
            return
        }
        #expect(picture.width == edge && picture.height == edge)
        await client.shutDown()
    }

    @Test(.enabled(if: TestData.has(page), "test data of Tesseract")) func aPictureThatIsCutOffSaysSo() async throws {
        let client = Decoders.real()
        let whole = try TestData.bytes(Self.page)
        let failure = await Decoders.failure {
            _ = try await client.answer(.see(SeeOptions()), DecoderInput(Array(whole.prefix(whole.count / 2))))
        }
        #expect(failure?.code == .mediaDamaged)
        #expect(failure?.message.contains("ends before the picture does") == true)
        await client.shutDown()
    }

    @Test func heicIsNamed() async throws {
        let client = Decoders.real()
        let bytes: [UInt8] = [0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0]
        let failure = await Decoders.failure { _ = try await client.answer(.see(SeeOptions()), DecoderInput(bytes)) }
        #expect(failure?.code == .mediaUnsupported && failure?.message.contains("heic") == true)
        await client.shutDown()
    }

    @Test(arguments: [
        [], [0], Array("this is a text and no recording at all, however it is called".utf8),
        [UInt8](repeating: 0, count: 5000), Decoders.wav([]),
    ]) func whatIsNoRecordingSaysSo(_ bytes: [UInt8]) async throws {
        let client = Decoders.real()
        let failure = await Decoders.failure {
            _ = try await client.answer(.hear(HearOptions(format: "wav")), DecoderInput(bytes))
        }
        let code = try #require(failure?.code)
        #expect([ErrorCode.mediaDamaged, .mediaUnsupported].contains(code), "\(code)")
        await client.shutDown()
    }

    @Test(.enabled(if: Decoders.hasVoiceModel, "`make models` installs the model")) func silenceAndNoiseAreNoWords()
        async throws
    {
        let client = Decoders.real()
        for (name, samples) in Noises.all {
            let events = try await client.answer(.hear(HearOptions()), DecoderInput(Decoders.wav(samples)))
            #expect(!events.contains { if case .transcript = $0 { true } else { false } }, "\(name)")
            guard case .audioEnd(let end) = events.last else {
                Issue.record("there is no end")
                continue
            }
            #expect(abs(end.seconds - Noises.seconds) < 0.01)
        }
        await client.shutDown()
    }

    @Test(
        .enabled(if: Decoders.hasVoiceModel, "`make models` installs the model"),
        .enabled(if: FileManager.default.fileExists(atPath: prompts + "/agent-loginok.g722"), "Asterisk's prompts"))
    func speechBecomesWordsWithTheirTimes() async throws {
        let client = Decoders.real()
        let file = try Data(contentsOf: URL(fileURLWithPath: Self.prompts + "/agent-loginok.g722"))
        let input = DecoderInput(Decoders.wav(g722: [UInt8](file)))
        var words: [Transcript.Word] = []
        var segments: [SpeechSegment] = []
        var hasWordsBeforeSpeech = false
        try await client.answer(.hear(HearOptions(includesSamples: true)), input) { event in
            switch event {
            case .speech(let segment): segments.append(segment)
            case .transcript(let transcript):
                hasWordsBeforeSpeech = hasWordsBeforeSpeech || segments.isEmpty
                words += transcript.words
            default: break
            }
        }
        #expect(!segments.isEmpty && !hasWordsBeforeSpeech)
        #expect(words.contains { $0.text == "agent" } || words.contains { $0.text == "in" }, "\(words.map(\.text))")
        for segment in segments {
            #expect(abs(Double(segment.samples.count) / 32_000 - (segment.end - segment.start)) < 0.001)
        }
        for word in words {
            #expect(segments.contains { $0.start <= word.start && word.end <= $0.end + 0.02 })
            #expect((0.1...1).contains(word.confidence ?? -1))
        }
        await client.shutDown()
    }

    private static func words(_ events: [DecoderEvent]) -> [Transcript.Word] {
        events.flatMap { event -> [Transcript.Word] in
            if case .transcript(let transcript) = event { transcript.words } else { [] }
        }
    }

    /// Played backwards, a prompt is a voice that speaks no English: the recogniser finds words in it and is sure of some.
    @Test(
        .enabled(if: Decoders.hasVoiceModel, "`make models` installs the model"),
        .enabled(if: FileManager.default.fileExists(atPath: prompts + "/auth-incorrect.g722"), "Asterisk's prompts"))
    func speechInNoKnownLanguageIsNoWords() async throws {
        let client = Decoders.real()
        let file = try Data(contentsOf: URL(fileURLWithPath: Self.prompts + "/auth-incorrect.g722"))
        let forwards = try await client.answer(
            .hear(HearOptions(transcribes: false, includesSamples: true)),
            DecoderInput(Decoders.wav(g722: [UInt8](file))))
        var samples: [Int16] = []
        for case .speech(let segment) in forwards {
            for place in stride(from: 0, to: segment.samples.count - 1, by: 2) {
                samples.append(
                    Int16(bitPattern: UInt16(segment.samples[place]) | UInt16(segment.samples[place + 1]) << 8))
            }
        }
        let backwards = try await client.answer(
            .hear(HearOptions()), DecoderInput(Decoders.wav(samples.reversed())))
        let isSpeech = backwards.contains { if case .speech = $0 { true } else { false } }
        let words = Self.words(backwards)
        #expect(isSpeech && words.isEmpty, "\(words.map(\.text))")
        await client.shutDown()
    }

    /// Also when another recording was heard in between: a recogniser that learns the noise of one would hear the next
    /// with other ears.
    @Test(
        .enabled(if: Decoders.hasVoiceModel, "`make models` installs the model"),
        .enabled(if: FileManager.default.fileExists(atPath: prompts + "/agent-loginok.g722"), "Asterisk's prompts"))
    func theSameRecordingIsHeardTheSameAgain() async throws {
        let client = Decoders.real()
        func heard(_ name: String) async throws -> [Transcript.Word] {
            let file = try Data(contentsOf: URL(fileURLWithPath: Self.prompts + "/\(name).g722"))
            let events = try await client.answer(
                .hear(HearOptions()), DecoderInput(Decoders.wav(g722: [UInt8](file))))
            return Self.words(events)
        }
        let first = try await heard("agent-loginok")
        _ = try await heard("agent-newlocation")
        let again = try await heard("agent-loginok")
        #expect(!first.isEmpty && again == first)
        await client.shutDown()
    }

    static let page = "ocr-tesseract/testing/phototest-rotated-180.png"

    @Test(.enabled(if: TestData.has(page), "test data of Tesseract")) func aPageOnItsHeadIsRead() async throws {
        let client = Decoders.real()
        let events = try await client.answer(.see(SeeOptions()), DecoderInput(TestData.bytes(Self.page)))
        guard case .picture(let picture) = events.first, case .text(let text) = events.last else {
            Issue.record("\(events.count) events")
            return
        }
        #expect(picture.width == 640 && picture.height == 480)
        #expect(picture.thumbnailWidth == 512 && picture.thumbnail.starts(with: [0xFF, 0xD8, 0xFF]))
        #expect(text.rotation == 180)
        let content = PageLayout.text(text.words).replacing("\n", with: " ")
        #expect(content.contains("The quick brown dog jumped over the lazy fox."))
        for word in text.words {
            #expect(word.box.left < word.box.right && word.box.right <= 640 && word.box.bottom <= 480)
        }
        await client.shutDown()
    }

    /// Files changed at random are answered or refused; nothing hangs, and what crashes is named and replaced.
    @Test(.enabled(if: TestData.has(page), "test data of Tesseract")) func mutatedFilesFuzz() async throws {
        let seconds = Double(ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"] ?? "") ?? 3
        let picture = try TestData.bytes(Self.page)
        let sound = Decoders.wav((0..<16_000).map { Int16(truncatingIfNeeded: $0 &* 977 % 4000) })
        let client = Decoders.real(timeLimit: .seconds(60))
        var random = SplitMix64(seed: 11)
        let end = ContinuousClock.now + .seconds(seconds)
        var codes: Set<String> = []
        repeat {
            let isPicture = Bool.random(using: &random)
            var bytes = isPicture ? picture : sound
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let request: DecoderRequest =
                isPicture ? .see(SeeOptions(readsText: false)) : .hear(HearOptions(transcribes: false))
            do {
                _ = try await client.answer(request, DecoderInput(bytes))
                codes.insert("answered")
            } catch let failure as HearthError {
                codes.insert(failure.code.text)
            }
        } while ContinuousClock.now < end
        #expect(
            codes.isSubset(of: ["answered", "media-damaged", "media-unsupported", "too-large", "capability-missing"]),
            "\(codes)")
        #expect(try await !client.capabilities().isEmpty)
        await client.shutDown()
    }
}
