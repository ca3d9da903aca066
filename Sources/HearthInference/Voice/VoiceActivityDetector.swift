import Foundation

/// Tells chunk by chunk how likely a stream of sound is speech. One detector per stream; it remembers what came before.
package final class VoiceActivityDetector {
    /// Hertz. Other rates must be converted before.
    package static let sampleRate = 16_000
    /// Samples that get one probability: 32 ms.
    package static let chunkSamples = 512

    private let model: VoiceActivityModel
    /// Context, chunk and reflected tail.
    private let sound: AlignedBuffer
    private var filled = 0
    private let spectrum: AlignedBuffer
    /// The rows of each layer's input, with a row of zeros before and after.
    private let activations: [AlignedBuffer]
    /// What the last convolution found, and the last output of the cell.
    private let seen: AlignedBuffer
    private let gates: AlignedBuffer
    private var cell = [Float](repeating: 0, count: VoiceActivityModel.memory)

    package init(model: VoiceActivityModel) {
        self.model = model
        let samples = VoiceActivityModel.contextSamples + Self.chunkSamples + VoiceActivityModel.tailSamples
        sound = AlignedBuffer(floats: samples)
        spectrum = AlignedBuffer(floats: VoiceActivityModel.frames * 2 * VoiceActivityModel.bins)
        activations = model.convolutions.map { AlignedBuffer(floats: (VoiceActivityModel.frames + 2) * $0.inputs) }
        seen = AlignedBuffer(floats: 2 * VoiceActivityModel.memory)
        gates = AlignedBuffer(floats: 4 * VoiceActivityModel.memory)
    }

    /// Takes samples between −1 and 1 and gives the probability of each chunk that they complete.
    package func process(_ samples: some Collection<Float>) -> [Float] {
        var probabilities: [Float] = []
        probabilities.reserveCapacity((filled + samples.count) / Self.chunkSamples)
        let chunk = sound.floats + VoiceActivityModel.contextSamples
        for sample in samples {
            // A sample that is no number would spoil all that follows.
            chunk[filled] = sample.isFinite ? min(max(sample, -1), 1) : 0
            filled += 1
            if filled == Self.chunkSamples {
                probabilities.append(judgeChunk())
                filled = 0
            }
        }
        return probabilities
    }

    /// Gives the probability of what is left of the last chunk, with silence after it, and forgets the stream.
    package func finish() -> [Float] {
        defer { reset() }
        guard filled > 0 else { return [] }
        return process(repeatElement(0, count: Self.chunkSamples - filled))
    }

    /// Forgets what came before: the next sample begins another stream.
    package func reset() {
        filled = 0
        sound.floats.update(repeating: 0, count: sound.count / MemoryLayout<Float>.stride)
        seen.floats.update(repeating: 0, count: 2 * VoiceActivityModel.memory)
        cell = [Float](repeating: 0, count: VoiceActivityModel.memory)
    }

    private func judgeChunk() -> Float {
        let (context, chunk) = (VoiceActivityModel.contextSamples, Self.chunkSamples)
        let x = sound.floats
        for index in 0..<VoiceActivityModel.tailSamples {
            x[context + chunk + index] = x[context + chunk - 2 - index]
        }
        transform()
        convolve()
        // The end of this chunk is the context of the next.
        x.update(from: x + chunk, count: context)
        return remember()
    }

    /// Magnitudes of the spectrum into the first convolution's input.
    private func transform() {
        let bins = VoiceActivityModel.bins
        model.spectrum.apply(
            sound.floats, stride: VoiceActivityModel.hop, rows: VoiceActivityModel.frames, to: spectrum.floats,
            scratch: spectrum.start)
        for frame in 0..<VoiceActivityModel.frames {
            let parts = spectrum.floats + frame * 2 * bins
            let magnitudes = activations[0].floats + (frame + 1) * bins
            for bin in 0..<bins {
                magnitudes[bin] = (parts[bin] * parts[bin] + parts[bins + bin] * parts[bins + bin]).squareRoot()
            }
        }
    }

    private func convolve() {
        var frames = VoiceActivityModel.frames
        for (index, convolution) in model.convolutions.enumerated() {
            let rows = (frames - 1) / convolution.stride + 1
            let isLast = index + 1 == model.convolutions.count
            let target = isLast ? seen.floats : activations[index + 1].floats + convolution.outputs
            convolution.layer.apply(
                activations[index].floats, stride: convolution.stride * convolution.inputs, rows: rows, to: target,
                scratch: spectrum.start)
            for element in 0..<rows * convolution.outputs where target[element] < 0 { target[element] = 0 }
            frames = rows
        }
    }

    /// One step of the LSTM cell, and the probability.
    private func remember() -> Float {
        let memory = VoiceActivityModel.memory
        model.gates.apply(seen.floats, rows: 1, to: gates.floats, scratch: spectrum.start)
        let (gate, hidden) = (gates.floats, seen.floats + memory)
        for index in 0..<memory {
            let kept = sigmoid(gate[memory + index]) * cell[index]
            let added = sigmoid(gate[index]) * tanh(gate[2 * memory + index])
            cell[index] = kept + added
            hidden[index] = sigmoid(gate[3 * memory + index]) * tanh(cell[index])
        }
        // The output layer sees what is positive of the hidden state; the gates are free to hold that now.
        for index in 0..<memory { gate[index] = max(0, hidden[index]) }
        model.output.apply(gate, rows: 1, to: gate + memory, scratch: spectrum.start)
        return sigmoid(gate[memory])
    }

    private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}
