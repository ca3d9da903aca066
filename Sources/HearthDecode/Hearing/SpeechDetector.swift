/// Finds where somebody speaks, in a recording that comes block by block. One per recording.
package protocol SpeechDetector {
    /// Takes 16 kHz mono samples; returns the stretches of speech that have ended.
    mutating func take(_ samples: [Float]) -> [DetectedSpeech]
    /// The stretch that the end of the recording ends.
    mutating func finish() -> [DetectedSpeech]
}

/// A stretch of speech with its sound, padding included.
package struct DetectedSpeech: Sendable {
    /// In samples from the start of the recording.
    package var start: Int
    package var samples: [Float]
    /// Mean over the stretch, 0 to 1.
    package var probability: Double

    package init(start: Int, samples: [Float], probability: Double) {
        self.start = start
        self.samples = samples
        self.probability = probability
    }
}
