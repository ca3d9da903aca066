/// Finds speech with Silero's network. One per recording.
package struct SileroDetector: SpeechDetector {
    private let network: SileroNetwork
    private var cutter = SpeechCutter(step: SileroNetwork.step, rate: AudioReader.sampleRate)
    /// Less than a step.
    private var rest: [Float] = []
    /// Samples in all.
    private var taken = 0

    init(_ weights: SileroWeights) { network = SileroNetwork(weights) }

    package mutating func take(_ samples: [Float]) -> [DetectedSpeech] {
        rest += samples
        taken += samples.count
        var found: [DetectedSpeech] = []
        var position = 0
        while rest.count - position >= SileroNetwork.step {
            let step = rest[position..<position + SileroNetwork.step]
            if let speech = cutter.take(step, probability: network.probability(step)) { found.append(speech) }
            position += SileroNetwork.step
        }
        rest.removeFirst(position)
        return found
    }

    package mutating func finish() -> [DetectedSpeech] {
        // The last part of a step, with silence behind it.
        let padding = (SileroNetwork.step - rest.count) % SileroNetwork.step
        var found = take([Float](repeating: 0, count: padding)) + [cutter.finish()].compactMap { $0 }
        // That silence is not part of the recording.
        if padding > 0, let last = found.indices.last, found[last].start + found[last].samples.count > taken - padding {
            found[last].samples.removeLast(
                min(padding, found[last].start + found[last].samples.count - taken + padding))
        }
        return found
    }
}
