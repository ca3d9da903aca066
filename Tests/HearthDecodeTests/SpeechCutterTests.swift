import Testing

@testable import HearthDecode

/// Steps of 100 samples at 1000 Hz: a tenth of a second each.
@Suite struct SpeechCutterTests {
    private func cut(_ probabilities: [Double], _ limits: SpeechCutter.Limits = .init()) -> [(Int, Int)] {
        var cutter = SpeechCutter(step: 100, rate: 1000, limits: limits)
        var found: [DetectedSpeech] = []
        for (index, probability) in probabilities.enumerated() {
            let samples = (0..<100).map { Float(index * 100 + $0) }
            if let speech = cutter.take(samples, probability: probability) { found.append(speech) }
        }
        if let last = cutter.finish() { found.append(last) }
        for speech in found {
            // The sound is the sound of that place.
            #expect(speech.samples.first == Float(speech.start))
            #expect(speech.samples.last == Float(speech.start + speech.samples.count - 1))
        }
        return found.map { ($0.start, $0.start + $0.samples.count) }
    }

    private func steps(_ parts: (Double, Int)...) -> [Double] { parts.flatMap { Array(repeating: $0.0, count: $0.1) } }

    @Test func speechIsPadded() {
        let found = cut(steps((0, 20), (0.9, 10), (0, 20)))
        #expect(found.count == 1 && found[0] == (1800, 3200))
    }

    @Test func aWeakSyllableDoesNotEndSpeech() {
        #expect(cut(steps((0, 5), (0.9, 5), (0.4, 20), (0.9, 5), (0, 10))).count == 1)
        #expect(cut(steps((0, 5), (0.9, 5), (0.1, 3), (0.9, 5), (0, 10))).count == 1)
        #expect(cut(steps((0, 5), (0.9, 5), (0.1, 8), (0.9, 5), (0, 10))).count == 2)
    }

    @Test func aClickAndAMurmurAreNoSpeech() {
        #expect(cut(steps((0, 20), (0.9, 2), (0, 20))).isEmpty)
        #expect(cut(steps((0.45, 100))).isEmpty)
        #expect(cut([]).isEmpty)
    }

    @Test func longSpeechIsCutWhereItIsWeakestAndNothingIsLost() {
        var limits = SpeechCutter.Limits()
        limits.longest = 5
        let found = cut(steps((0, 10), (0.9, 30), (0.6, 1), (0.9, 60), (0, 10)), limits)
        #expect(found.count >= 2)
        #expect(found[0].1 == 4000)
        for (first, second) in zip(found, found.dropFirst()) { #expect(first.1 == second.0) }
        #expect(found.last?.1 == 10_300)
    }

    @Test func neighboursDoNotShareSound() {
        let found = cut(steps((0.9, 5), (0, 6), (0.9, 5), (0, 6)))
        #expect(found.count == 2 && found[0].1 <= found[1].0)
    }
}
