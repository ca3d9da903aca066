/// Makes segments of speech from the probabilities of a detector's chunks. Pure: sound and clock stay outside.
package struct SpeechSegmenter: Sendable {
    /// One stretch of speech.
    package struct Segment: Sendable, Equatable {
        /// Samples of the stream, padding included.
        package var samples: Range<Int>
        /// Mean probability of its chunks.
        package var confidence: Float
    }

    package struct Settings: Sendable, Equatable {
        /// Speech begins at a chunk of this probability…
        package var begin: Float = 0.5
        /// …and goes on while chunks stay above this one.
        package var release: Float = 0.35
        /// Shorter stretches are no speech: clicks, coughs, doors.
        package var shortestSpeech: Duration = .milliseconds(250)
        /// Shorter pauses belong to the speech around them. A pause between two sentences of one speaker is about this long.
        package var shortestSilence: Duration = .milliseconds(500)
        /// Added before and after, so that soft first and last sounds are not lost. Recognisers also take the loudness of
        /// the room from it.
        package var padding: Duration = .milliseconds(200)
        /// Longer speech is cut where it is least likely to be speech.
        package var longestSpeech: Duration = .seconds(30)
        /// A stretch must reach this once, and its chunks this in the mean: noise reaches the threshold, but wavers.
        package var leastPeak: Float = 0.75
        package var leastConfidence: Float = 0.5

        package init() {}
    }

    private let settings: Settings
    private let shortestSpeech: Int
    private let shortestSilence: Int
    private let longestSpeech: Int
    private let paddingSamples: Int
    /// Chunks seen.
    private var count = 0
    private var stretch: Stretch?
    /// Samples up to which segments were given out.
    private var end = 0

    /// Speech under way; counted in chunks.
    private struct Stretch: Sendable {
        var start: Int
        var probabilities: [Float] = []
        /// Where the present pause began.
        var pause: Int?
        /// Goes on from a cut, so it is speech however short it is.
        var isContinuation = false
    }

    package init(settings: Settings = Settings()) {
        self.settings = settings
        shortestSpeech = Self.chunks(settings.shortestSpeech)
        shortestSilence = max(1, Self.chunks(settings.shortestSilence))
        longestSpeech = max(4, Self.chunks(settings.longestSpeech))
        paddingSamples = Self.samples(settings.padding)
    }

    /// Samples before this belong to no segment to come.
    package var neededFrom: Int {
        max(end, (stretch?.start ?? count) * VoiceActivityDetector.chunkSamples - paddingSamples)
    }

    /// Takes the probability of the next chunk; gives a segment when one has ended.
    package mutating func add(_ probability: Float) -> Segment? {
        defer { count += 1 }
        guard var current = stretch else {
            if probability >= settings.begin { stretch = Stretch(start: count, probabilities: [probability]) }
            return nil
        }
        current.probabilities.append(probability)
        if probability >= settings.begin {
            current.pause = nil
        } else if probability < settings.release, current.pause == nil {
            current.pause = count
        }
        if let pause = current.pause, count + 1 - pause >= shortestSilence {
            stretch = nil
            return segment(current, upTo: pause, padsEnd: true)
        }
        guard current.probabilities.count >= longestSpeech else {
            stretch = current
            return nil
        }
        let cut = current.start + Self.quietest(current.probabilities)
        stretch = Stretch(
            start: cut, probabilities: Array(current.probabilities[(cut - current.start)...]),
            pause: current.pause.map { max($0, cut) }, isContinuation: true)
        return segment(current, upTo: cut, padsEnd: false)
    }

    /// The stream has ended after `samples` samples.
    package mutating func finish(samples: Int) -> Segment? {
        defer { self = SpeechSegmenter(settings: settings) }
        guard let current = stretch else { return nil }
        guard var last = segment(current, upTo: current.pause ?? count, padsEnd: true) else { return nil }
        last.samples = min(last.samples.lowerBound, samples)..<min(last.samples.upperBound, samples)
        return last.samples.isEmpty ? nil : last
    }

    private mutating func segment(_ stretch: Stretch, upTo chunk: Int, padsEnd: Bool) -> Segment? {
        let probabilities = stretch.probabilities.prefix(chunk - stretch.start)
        let peak = probabilities.max() ?? 0
        let mean = probabilities.reduce(0, +) / Float(max(probabilities.count, 1))
        guard stretch.isContinuation ? peak >= settings.begin : isSpeech(probabilities.count, peak, mean) else {
            return nil
        }
        let size = VoiceActivityDetector.chunkSamples
        let first = max(stretch.start * size - (stretch.isContinuation ? 0 : paddingSamples), end)
        let last = chunk * size + (padsEnd ? paddingSamples : 0)
        end = last
        return Segment(samples: first..<last, confidence: mean)
    }

    private func isSpeech(_ chunks: Int, _ peak: Float, _ mean: Float) -> Bool {
        chunks >= shortestSpeech && peak >= settings.leastPeak && mean >= settings.leastConfidence
    }

    /// The chunk of the second half that is, with its neighbours, the least likely to be speech; the last of several.
    private static func quietest(_ probabilities: [Float]) -> Int {
        var best = probabilities.count / 2
        var lowest = Float.infinity
        for index in probabilities.count / 2..<probabilities.count - 1 {
            let sum = probabilities[index - 1] + probabilities[index] + probabilities[index + 1]
            if sum <= lowest {
                lowest = sum
                best = index
            }
        }
        return best
    }

    /// Chunks that hold a duration, rounded to the nearest.
    private static func chunks(_ duration: Duration) -> Int {
        let size = VoiceActivityDetector.chunkSamples
        return (samples(duration) + size / 2) / size
    }

    private static func samples(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * VoiceActivityDetector.sampleRate
            + Int(attoseconds / 1_000_000_000_000) * VoiceActivityDetector.sampleRate / 1_000_000
    }
}
