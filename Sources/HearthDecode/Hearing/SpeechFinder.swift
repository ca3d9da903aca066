package import HearthInference

/// Finds where somebody speaks, in a recording that comes block by block, and hands over the sound of it. One per recording.
package struct SpeechFinder {
    private let detector: any SpeechProbabilities
    private var segmenter: SpeechSegmenter
    /// The newest sound: what a stretch of speech, open or coming, may need.
    private var sound: [Float] = []
    /// Of the first sample in `sound`.
    private var soundStart = 0

    /// Sound that is no longer needed is kept until there is this much of it, in samples: moving the rest costs time.
    private static let slack = VoiceActivityDetector.sampleRate

    package init(_ detector: any SpeechProbabilities, settings: SpeechSegmenter.Settings = .init()) {
        self.detector = detector
        segmenter = SpeechSegmenter(settings: settings)
    }

    /// Takes 16 kHz mono samples; returns the stretches of speech that have ended.
    package mutating func take(_ samples: [Float]) -> [DetectedSpeech] {
        sound += samples
        let found = detector.process(samples).compactMap { segmenter.add($0) }.map(speech)
        let unneeded = segmenter.neededFrom - soundStart
        if unneeded > Self.slack {
            sound.removeFirst(unneeded)
            soundStart += unneeded
        }
        return found
    }

    /// What the end of the recording ends.
    package mutating func finish() -> [DetectedSpeech] {
        var found = detector.finish().compactMap { segmenter.add($0) }
        if let last = segmenter.finish(samples: soundStart + sound.count) { found.append(last) }
        defer { (sound, soundStart) = ([], 0) }
        return found.map(speech)
    }

    private func speech(_ segment: SpeechSegmenter.Segment) -> DetectedSpeech {
        // The last chunk is filled up with silence that is not part of the recording.
        let samples = segment.samples.clamped(to: soundStart..<soundStart + sound.count)
        return DetectedSpeech(
            start: samples.lowerBound,
            samples: Array(sound[samples.lowerBound - soundStart..<samples.upperBound - soundStart]),
            probability: Double(segment.confidence))
    }
}

/// How likely each chunk of a stream of sound is speech.
package protocol SpeechProbabilities: AnyObject {
    /// Of the chunks of `VoiceActivityDetector.chunkSamples` that these samples complete.
    func process(_ samples: [Float]) -> [Float]
    /// Of what is left of the last chunk, with silence after it.
    func finish() -> [Float]
}

extension VoiceActivityDetector: SpeechProbabilities {}

/// A stretch of speech with its sound, padding included.
package struct DetectedSpeech: Sendable {
    /// In samples from the start of the recording.
    package var start: Int
    package var samples: [Float]
    /// Mean over the stretch, 0 to 1.
    package var probability: Double
}
