package import Foundation
import HearthCore

/// The weights of Silero VAD at 16 kHz, from `silero_vad_16k.safetensors` of the PyPI package silero-vad (MIT).
///
/// A short-time Fourier transform as a convolution, four convolutions over its magnitudes, one LSTM cell that remembers what
/// came before, and one output: the probability of speech in 32 ms of sound.
package final class VoiceActivityModel: Sendable {
    static let contextSamples = 64
    /// Reflected at the end of a chunk.
    static let tailSamples = 64
    static let window = 256
    static let hop = 128
    static let frames = 4
    static let bins = 129
    static let memory = 128

    /// Rows of cosine, then sine weights.
    let spectrum: DenseLayer
    let convolutions: [Convolution]
    /// Input and last output side by side; gates in the order input, forget, candidate, output.
    let gates: DenseLayer
    let output: DenseLayer

    /// A convolution over time of width 3, as a dense layer over three neighbouring rows.
    struct Convolution: Sendable {
        var inputs: Int
        var outputs: Int
        var stride: Int
        var layer: DenseLayer

        init(_ file: SafetensorsFile, _ name: String, inputs: Int, outputs: Int, stride: Int) throws {
            self.inputs = inputs
            self.outputs = outputs
            self.stride = stride
            let weights = try file.weights(name + ".weight", shape: [outputs, inputs, 3])
            // The file has time innermost; rows of activations have it outermost.
            var turned = [Float](repeating: 0, count: weights.count)
            for output in 0..<outputs {
                for input in 0..<inputs {
                    for step in 0..<3 {
                        turned[(output * 3 + step) * inputs + input] = weights[(output * inputs + input) * 3 + step]
                    }
                }
            }
            layer = DenseLayer(
                weights: turned, bias: try file.weights(name + ".bias", shape: [outputs]), inputs: 3 * inputs,
                outputs: outputs, precision: .float32)
        }
    }

    package init(file: URL) throws {
        let file = try SafetensorsFile(path: file.path)
        let (bins, memory, window) = (Self.bins, Self.memory, Self.window)
        spectrum = DenseLayer(
            weights: try file.weights("stft_conv.weight", shape: [2 * bins, 1, window]), bias: nil, inputs: window,
            outputs: 2 * bins, precision: .float32)
        convolutions = [
            try Convolution(file, "conv1", inputs: bins, outputs: 128, stride: 1),
            try Convolution(file, "conv2", inputs: 128, outputs: 64, stride: 2),
            try Convolution(file, "conv3", inputs: 64, outputs: 64, stride: 2),
            try Convolution(file, "conv4", inputs: 64, outputs: memory, stride: 1),
        ]
        let ofInput = try file.weights("lstm_cell.weight_ih", shape: [4 * memory, memory])
        let ofOutput = try file.weights("lstm_cell.weight_hh", shape: [4 * memory, memory])
        var weights: [Float] = []
        for first in stride(from: 0, to: ofInput.count, by: memory) {
            weights += ofInput[first..<first + memory]
            weights += ofOutput[first..<first + memory]
        }
        var bias = try file.weights("lstm_cell.bias_ih", shape: [4 * memory])
        for (index, value) in try file.weights("lstm_cell.bias_hh", shape: [4 * memory]).enumerated() {
            bias[index] += value
        }
        gates = DenseLayer(
            weights: weights, bias: bias, inputs: 2 * memory, outputs: 4 * memory, precision: .float32)
        output = DenseLayer(
            weights: try file.weights("final_conv.weight", shape: [1, memory, 1]),
            bias: try file.weights("final_conv.bias", shape: [1]), inputs: memory, outputs: 1, precision: .float32)
    }
}
