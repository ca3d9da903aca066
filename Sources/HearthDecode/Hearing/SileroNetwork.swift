import CHearthSound
import Foundation

/// Silero VAD at 16 kHz: how likely it is that somebody speaks, for each 32 ms. A short-time Fourier transform, four
/// convolutions, one LSTM cell (https://github.com/snakers4/silero-vad, MIT). It remembers what came before.
final class SileroNetwork {
    /// Samples of one step.
    static let step = 512
    private static let context = 64
    /// Samples mirrored at the end, so that the last window is full.
    private static let mirrored = 64

    private let tensors: [String: [Float]]
    private var before = [Float](repeating: 0, count: SileroNetwork.context)
    private var hidden = [Float](repeating: 0, count: 128)
    private var cell = [Float](repeating: 0, count: 128)

    init(_ weights: SileroWeights) { tensors = weights.tensors }

    /// - Parameter samples: `step` of them.
    func probability(_ samples: some Collection<Float>) -> Double {
        var input = before + samples
        before = Array(input.suffix(Self.context))
        let last = input.count - 1
        for offset in 1...Self.mirrored { input.append(input[last - offset]) }
        var values = magnitudes(input)
        values = convolved(values, channels: 129, "conv1", outputs: 128, stride: 1)
        values = convolved(values, channels: 128, "conv2", outputs: 64, stride: 2)
        values = convolved(values, channels: 64, "conv3", outputs: 64, stride: 2)
        values = convolved(values, channels: 64, "conv4", outputs: 128, stride: 1)
        remember(Array(values.prefix(128)))
        var sum = tensors["final_conv.bias"]?[0] ?? 0
        let last1 = tensors["final_conv.weight"] ?? []
        for (weight, value) in zip(last1, hidden) { sum += weight * max(0, value) }
        return Double(Self.sigmoid(sum))
    }

    /// Four windows of 256 samples, 128 apart, each as 129 magnitudes.
    private func magnitudes(_ input: [Float]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(4 * 129)
        for window in 0..<4 {
            var spectrum = [Float](repeating: 0, count: 258)
            layer("stft_conv.weight", nil, Array(input[window * 128..<window * 128 + 256]), &spectrum)
            for bin in 0..<129 {
                let (real, imaginary) = (spectrum[bin], spectrum[bin + 129])
                result.append((real * real + imaginary * imaginary).squareRoot())
            }
        }
        return result
    }

    /// Kernel 3, padding 1, ReLU. Values are ordered by time, then channel.
    private func convolved(
        _ values: [Float], channels: Int, _ name: String, outputs: Int, stride: Int
    ) -> [Float] {
        let times = values.count / channels
        var result: [Float] = []
        for time in Swift.stride(from: 0, to: times, by: stride) {
            var column = [Float](repeating: 0, count: channels * 3)
            for tap in 0..<3 where (0..<times).contains(time + tap - 1) {
                let start = (time + tap - 1) * channels
                for channel in 0..<channels { column[channel * 3 + tap] = values[start + channel] }
            }
            var output = [Float](repeating: 0, count: outputs)
            layer(name + ".weight", name + ".bias", column, &output)
            result += output.map { max(0, $0) }
        }
        return result
    }

    private func remember(_ input: [Float]) {
        var gates = [Float](repeating: 0, count: 512)
        layer("lstm_cell.weight_ih", "lstm_cell.bias_ih", input, &gates)
        layer("lstm_cell.weight_hh", "lstm_cell.bias_hh", hidden, &gates)
        for index in 0..<128 {
            let kept = Self.sigmoid(gates[128 + index]) * cell[index]
            cell[index] = kept + Self.sigmoid(gates[index]) * tanh(gates[256 + index])
            hidden[index] = Self.sigmoid(gates[384 + index]) * tanh(cell[index])
        }
    }

    private func layer(_ weights: String, _ bias: String?, _ input: [Float], _ output: inout [Float]) {
        let bias = bias.flatMap { tensors[$0] }
        guard let weights = tensors[weights] else { return }
        hearth_sound_layer(weights, bias, input, Int32(output.count), Int32(input.count), &output)
    }

    private static func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}
