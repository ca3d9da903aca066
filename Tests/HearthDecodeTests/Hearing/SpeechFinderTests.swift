import HearthDecode
import HearthInference
import HearthTesting
import Testing

/// The sound of stretches of speech, with a detector that says what the test wants. A sample's value is its place.
@Suite struct SpeechFinderTests {
    private static let chunk = VoiceActivityDetector.chunkSamples

    private final class Script: SpeechProbabilities {
        private let probabilities: [Float]
        private var samples = 0

        init(_ probabilities: [Float]) { self.probabilities = probabilities }

        func process(_ samples: [Float]) -> [Float] {
            let first = self.samples / chunk
            self.samples += samples.count
            return Array(probabilities[first..<self.samples / chunk])
        }

        func finish() -> [Float] { samples % chunk == 0 ? [] : [probabilities[samples / chunk]] }
    }

    /// Runs stretches of `(chunks, probability)` and then `rest` samples of the last probability, in blocks of given sizes.
    private func found(
        _ stretches: [(Int, Float)], rest: Int = 0, blocks: () -> Int = { 4000 }
    ) -> [DetectedSpeech] {
        let probabilities = stretches.flatMap { Array(repeating: $0.1, count: $0.0) }
        let count = probabilities.count * Self.chunk + rest
        var finder = SpeechFinder(Script(probabilities + [probabilities.last ?? 0]))
        var found: [DetectedSpeech] = []
        var at = 0
        while at < count {
            let end = min(count, at + blocks())
            found += finder.take((at..<end).map { Float($0) })
            at = end
        }
        found += finder.finish()
        for speech in found {
            #expect(speech.samples == (0..<speech.samples.count).map { Float(speech.start + $0) })
            #expect(speech.start + speech.samples.count <= count)
        }
        return found
    }

    private func places(_ found: [DetectedSpeech]) -> [Range<Int>] {
        found.map { $0.start..<$0.start + $0.samples.count }
    }

    @Test func theSoundIsThatOfThePlace() {
        let found = found([(200, 0), (30, 0.9), (200, 0), (40, 0.9), (100, 0)])
        #expect(found.count == 2)
        let places = places(found)
        #expect(places[0].contains(200 * Self.chunk) && places[0].contains(230 * Self.chunk - 1))
        #expect(places[1].contains(430 * Self.chunk) && places[1].contains(470 * Self.chunk - 1))
        #expect(abs((found.first?.probability ?? 0) - 0.9) < 1e-6)
    }

    @Test func theSizeOfBlocksChangesNothing() {
        let stretches: [(Int, Float)] = [(50, 0), (1200, 0.9), (60, 0.1), (40, 0.8), (9, 0.2), (30, 0.9)]
        let expected = places(found(stretches, rest: 300))
        #expect(expected.count >= 3)
        var random = SplitMix64(seed: 31)
        for longest in [1, 700, 20_000] {
            let blocks = { Int.random(in: 1...longest, using: &random) }
            #expect(places(found(stretches, rest: 300, blocks: blocks)) == expected)
        }
    }

    @Test func speechThatTheEndCutsOffEndsWithTheRecording() {
        #expect(places(found([(60, 0), (30, 0.9)], rest: 77)).last?.upperBound == 90 * Self.chunk + 77)
    }

    @Test func longSpeechLosesNothingAtItsCuts() {
        let places = places(found([(10, 0), (4000, 0.9), (60, 0)]))
        #expect(places.count > 3)
        for (one, next) in zip(places, places.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
    }

    @Test func quietIsNothing() {
        #expect(found([(500, 0.2)], rest: 100).isEmpty)
        #expect(found([(0, 0)]).isEmpty)
    }
}
