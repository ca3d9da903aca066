import Foundation
import HearthCore
import HearthTesting
import OrderedCollections
import Testing

@testable import HearthInference

@Suite(.enabled(if: InstalledModels.hasVoiceActivity, "the voice activity detector is not installed"))
struct VoiceActivityTests {
    private func detector() throws -> VoiceActivityDetector {
        VoiceActivityDetector(model: try InstalledModels.library.voiceActivity())
    }

    private func segments(
        _ sound: [Float], settings: SpeechSegmenter.Settings = .init()
    ) throws -> [SpeechSegmenter.Segment] {
        let detector = try detector()
        var segmenter = SpeechSegmenter(settings: settings)
        var found: [SpeechSegmenter.Segment] = []
        for probability in detector.process(sound) + detector.finish() {
            if let segment = segmenter.add(probability) { found.append(segment) }
        }
        if let segment = segmenter.finish(samples: sound.count) { found.append(segment) }
        return found
    }

    /// Two seconds of a buzz of 130 Hz that swells four times a second and pauses twice.
    private var buzz: [Float] {
        (0..<32_000).map { index in
            let time = Double(index) / 16_000
            guard Int(time * 2) % 2 == 0 else { return 0 }
            let swell = 1 + sin(2 * .pi * 4 * time)
            return Float(
                (1..<20).reduce(0.0) { $0 + sin(2 * .pi * 130 * Double($1) * time) / Double($1) } * swell * 0.1)
        }
    }

    @Test func probabilitiesAgreeWithTorch() throws {
        let expected = try Fixture.read("silero-vad-sweep")["probabilities"]?.array?.compactMap(\.double) ?? []
        let detector = try detector()
        let probabilities = detector.process(buzz) + detector.finish()
        #expect(probabilities.count == 63)
        #expect(expected.count == 63)
        for (value, right) in zip(probabilities, expected) { #expect(abs(Double(value) - right) < 1e-4) }
    }

    @Test func piecesOfAnyLengthAreOneStream() throws {
        let sound = buzz
        let whole = try detector()
        let expected = whole.process(sound) + whole.finish()
        let pieces = try detector()
        var found: [Float] = []
        var at = 0
        var random = SplitMix64(seed: 22)
        while at < sound.count {
            let end = min(sound.count, at + Int.random(in: 1...1_500, using: &random))
            found += pieces.process(sound[at..<end])
            at = end
        }
        #expect(found + pieces.finish() == expected)
        // After its end a detector remembers nothing.
        #expect(pieces.process(sound) + pieces.finish() == expected)
    }

    @Test func samplesThatAreNoNumbersDoNoHarm() throws {
        let detector = try detector()
        _ = detector.process([.nan, .infinity, -.infinity, 1e30] + [Float](repeating: .nan, count: 2_000))
        #expect(detector.process(buzz).allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test func silenceAndNoiseAreNoSpeech() throws {
        var random = SplitMix64(seed: 23)
        #expect(try segments([Float](repeating: 0, count: 160_000)) == [])
        #expect(try segments((0..<160_000).map { _ in Float.random(in: -0.2...0.2, using: &random) }) == [])
    }

    @Test(.enabled(if: TestData.has("env-sounds/noise"), "the recordings of noise are not here"))
    func recordedNoiseIsNoSpeech() throws {
        for folder in ["env-sounds/noise", "env-sounds/esc50"] {
            for name in try TestData.names(in: folder) where name.hasSuffix(".wav") {
                let sound = try Recording(bytes: try TestData.bytes("\(folder)/\(name)"))
                // Others would have to be converted, which is not this module's work.
                guard sound.rate == VoiceActivityDetector.sampleRate else { continue }
                #expect(try segments(sound.samples) == [], "\(name)")
            }
        }
    }

    @Test(.enabled(if: TestData.has("speech/librivox"), "the recordings of speech are not here"))
    func recordedSpeechIsFoundWhole() throws {
        for folder in ["speech/librivox", "speech/cards", "speech/speechbrain", "speech/other"] {
            for name in try TestData.names(in: folder) where name.hasSuffix(".wav") {
                let sound = try Recording(bytes: try TestData.bytes("\(folder)/\(name)"))
                let found = try segments(sound.samples)
                #expect(found.count == 1, "\(name)")
                let length = found.reduce(0) { $0 + $1.samples.count }
                #expect(length * 10 > sound.samples.count * 6, "\(name)")
            }
        }
    }

    /// Hand labels in 10 ms frames; the padding on both sides counts as wrong, so that there is less of it here.
    @Test(.enabled(if: TestData.has("speech/vad/VAD_dev.json"), "the labelled recording is not here"))
    func framesAgreeWithHandLabels() throws {
        let sound = try Recording(bytes: try TestData.bytes("speech/vad/valid.wav"))
        let labels = try JSONValue(parsing: try TestData.bytes("speech/vad/VAD_dev.json"))
        var truth: [Range<Double>] = []
        var end = 0.0
        for (_, window) in labels.object ?? [:] {
            let start = (window["wav"]?["start"]?.double ?? 0) / 16_000
            end = max(end, (window["wav"]?["stop"]?.double ?? 0) / 16_000)
            let times = (window["speech"]?.string ?? "").split(separator: " ").compactMap { Double($0) }
            for index in stride(from: 0, to: times.count - 1, by: 2) {
                truth.append(start + times[index]..<start + times[index + 1])
            }
        }
        var settings = SpeechSegmenter.Settings()
        settings.padding = .milliseconds(100)
        let found = try segments(sound.samples, settings: settings)
        let frames = Int(end * 100)
        #expect(frames > 500)
        let agreeing = (0..<frames).count { frame in
            let time = (Double(frame) + 0.5) / 100
            return truth.contains { $0.contains(time) } == found.contains { $0.samples.contains(Int(time * 16_000)) }
        }
        #expect(Double(agreeing) / Double(frames) >= 0.92)
    }

    @Test func otherWeightsAreRefused() throws {
        try SafetensorsWriter.withFile(SafetensorsWriter.bytes(["stft_conv.weight": ([2], [1, 2])])) { path in
            let error = #expect(throws: HearthError.self) { try VoiceActivityModel(file: URL(filePath: path)) }
            #expect(error?.code == .malformedModel)
        }
    }
}
