import Testing

@testable import HearthInference

@Suite struct SpeechSegmenterTests {
    private let size = VoiceActivityDetector.chunkSamples

    /// Runs `(chunks, probability)` stretches through a segmenter; segments in chunks without their padding of 3,200 samples.
    private func segments(
        _ stretches: [(Int, Float)], settings: SpeechSegmenter.Settings = .init()
    ) -> [SpeechSegmenter.Segment] {
        var segmenter = SpeechSegmenter(settings: settings)
        var found: [SpeechSegmenter.Segment] = []
        var count = 0
        for (chunks, probability) in stretches {
            for _ in 0..<chunks {
                if let segment = segmenter.add(probability) { found.append(segment) }
                count += 1
            }
        }
        if let segment = segmenter.finish(samples: count * size) { found.append(segment) }
        return found
    }

    @Test func speechIsFoundWithItsPadding() {
        let found = segments([(20, 0.01), (30, 0.9), (40, 0.02)])
        #expect(found.map(\.samples) == [20 * size - 3_200..<50 * size + 3_200])
        #expect(abs((found.first?.confidence ?? 0) - 0.9) < 1e-5)
    }

    @Test func paddingEndsWhereTheSoundDoes() {
        #expect(segments([(1, 0.1), (30, 0.9), (1, 0.1)]).map(\.samples) == [0..<32 * size])
        #expect(segments([(30, 0.9)]).map(\.samples) == [0..<30 * size])
    }

    @Test func silenceAndUncertainNoiseAreNoSpeech() {
        #expect(segments([(1_000, 0.02)]) == [])
        #expect(segments([(1_000, 0.49)]) == [])
        // Reaches the threshold and never more: noise.
        #expect(segments([(100, 0.6), (50, 0)]) == [])
        #expect(segments([(1, 0.95), (100, 0.4), (50, 0)]) == [])
        #expect(segments([]) == [])
    }

    @Test func clicksAreTooShort() {
        #expect(segments([(20, 0), (7, 0.95), (30, 0)]) == [])
        #expect(segments([(20, 0), (8, 0.95), (30, 0)]).count == 1)
    }

    @Test func shortPausesBelongToTheSpeech() {
        // 15 chunks are 480 ms, 16 are 512.
        #expect(segments([(20, 0.9), (15, 0.1), (20, 0.9), (20, 0)]).count == 1)
        #expect(segments([(20, 0.9), (16, 0.1), (20, 0.9), (20, 0)]).count == 2)
    }

    @Test func speechGoesOnBetweenTheThresholds() {
        #expect(segments([(20, 0.9), (30, 0.4), (20, 0.9), (20, 0)]).count == 1)
        // What only hovers there cannot begin it.
        #expect(segments([(30, 0.4), (20, 0.9), (20, 0)]).map(\.samples.lowerBound) == [30 * size - 3_200])
    }

    @Test func longSpeechIsCutAtItsQuietestPoint() {
        let found = segments([(600, 0.9), (3, 0.4), (700, 0.9), (20, 0)])
        #expect(found.count == 2)
        #expect(found[0].samples == 0..<601 * size)
        #expect(found[1].samples == 601 * size..<1_303 * size + 3_200)
    }

    @Test func endlessSpeechLosesNothingAtItsCuts() {
        let found = segments([(5_000, 0.95)])
        #expect(found.first?.samples.lowerBound == 0)
        #expect(found.last?.samples.upperBound == 5_000 * size)
        for (one, next) in zip(found, found.dropFirst()) {
            #expect(one.samples.upperBound == next.samples.lowerBound)
            #expect(one.samples.count <= 30 * VoiceActivityDetector.sampleRate + size)
        }
        #expect(found.count >= 5)
    }

    @Test func shortRestAfterACutIsKept() {
        // 938 chunks are 30 s; the last of them is the quietest, so that a little is left.
        let found = segments([(930, 0.9), (1, 0.36), (12, 0.9), (30, 0)])
        #expect(found.count == 2)
        #expect(found[0].samples.upperBound == found[1].samples.lowerBound)
        #expect(found[1].samples.upperBound == 943 * size + 3_200)
    }

    @Test func segmenterBeginsAnewAfterItsEnd() {
        var segmenter = SpeechSegmenter()
        for _ in 0..<30 { _ = segmenter.add(0.9) }
        #expect(segmenter.finish(samples: 30 * size)?.samples == 0..<30 * size)
        for _ in 0..<10 { _ = segmenter.add(0.9) }
        #expect(segmenter.finish(samples: 10 * size - 5)?.samples == 0..<10 * size - 5)
        #expect(segmenter.finish(samples: 0) == nil)
    }
}
