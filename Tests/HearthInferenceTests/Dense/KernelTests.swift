import CHearthKernels
import Foundation
import HearthTesting
import Testing

@testable import HearthInference

/// The paths that the processor under the test can run.
let availablePaths = (0...hearth_best_path().rawValue).map(hearth_path.init(rawValue:))

/// Every kernel on every path, against the same in double precision.
@Suite struct KernelTests {
    /// Sizes that fill panels and tiles, and that do not.
    static let sizes = [(1, 16, 8), (1, 1, 1), (5, 33, 7), (13, 64, 48), (25, 100, 129), (12, 32, 384), (3, 70, 1537)]

    private func values(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Float.random(in: -scale...scale, using: &random) }
    }

    private func product(
        _ x: [Float], stride: Int, rows: Int, _ weights: [Float], _ bias: [Float]?, _ residual: [Float]?, outputs: Int,
        inputs: Int
    ) -> [Double] {
        var y: [Double] = []
        for row in 0..<rows {
            for output in 0..<outputs {
                var sum = Double(bias?[output] ?? 0) + Double(residual?[row * outputs + output] ?? 0)
                for k in 0..<inputs { sum += Double(x[row * stride + k]) * Double(weights[output * inputs + k]) }
                y.append(sum)
            }
        }
        return y
    }

    private func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
        #expect(a.count == b.count)
        return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    }

    @Test(arguments: availablePaths.map(\.rawValue), sizes)
    func denseFloatsAgreeWithDoubles(_ path: UInt32, _ size: (Int, Int, Int)) {
        let path = hearth_path(rawValue: path)
        let (rows, outputs, inputs) = size
        let x = values(rows * inputs, seed: 1)
        let weights = values(outputs * inputs, seed: 2)
        let bias = values(outputs, seed: 3)
        let residual = values(rows * outputs, seed: 4)
        let packed = AlignedBuffer(floats: hearth_dense_f32_size(path, Int32(outputs), Int32(inputs)))
        hearth_dense_f32_pack(path, weights, Int32(outputs), Int32(inputs), packed.floats)
        for (useBias, useResidual) in [(false, false), (true, false), (false, true), (true, true)] {
            var y = [Float](repeating: .nan, count: rows * outputs)
            hearth_dense_f32(
                path, x, inputs, Int32(rows), packed.floats, useBias ? bias : nil, useResidual ? residual : nil,
                Int32(outputs), Int32(inputs), &y)
            let expected = product(
                x, stride: inputs, rows: rows, weights, useBias ? bias : nil, useResidual ? residual : nil,
                outputs: outputs, inputs: inputs)
            #expect(largestDifference(y, expected) < 1e-5 * Double(inputs).squareRoot() + 1e-6)
        }
    }

    @Test(arguments: availablePaths.map(\.rawValue)) func denseFloatsReadOverlappingRows(_ path: UInt32) {
        let path = hearth_path(rawValue: path)
        let x = values(64 + 3 * 16, seed: 5)
        let weights = values(20 * 64, seed: 6)
        let packed = AlignedBuffer(floats: hearth_dense_f32_size(path, 20, 64))
        hearth_dense_f32_pack(path, weights, 20, 64, packed.floats)
        var y = [Float](repeating: .nan, count: 4 * 20)
        hearth_dense_f32(path, x, 16, 4, packed.floats, nil, nil, 20, 64, &y)
        let expected = product(x, stride: 16, rows: 4, weights, nil, nil, outputs: 20, inputs: 64)
        #expect(largestDifference(y, expected) < 1e-4)
    }

    @Test(arguments: availablePaths.map(\.rawValue), sizes)
    func denseBytesAgreeWithDoublesOfTheQuantisedNumbers(_ path: UInt32, _ size: (Int, Int, Int)) {
        let path = hearth_path(rawValue: path)
        let (rows, outputs, inputs) = size
        let x = values(rows * inputs, seed: 7, scale: 3)
        let weights = values(outputs * inputs, seed: 8)
        let bias = values(outputs, seed: 9)
        let residual = values(rows * outputs, seed: 10)
        let packed = AlignedBuffer(bytes: hearth_dense_i8_size(path, Int32(outputs), Int32(inputs)))
        let scratch = AlignedBuffer(bytes: hearth_dense_i8_scratch(Int32(rows), Int32(inputs)))
        var scales = [Float](repeating: 0, count: outputs)
        var sums = [Int32](repeating: 0, count: outputs)
        hearth_dense_i8_pack(path, weights, Int32(outputs), Int32(inputs), packed.start, &scales, &sums)

        // The same numbers quantised here: weights exactly as the kernel does, x to within half a step, which bounds what
        // a sum may differ by.
        var rounded = weights
        var reach = 0.0
        for output in 0..<outputs {
            let row = output * inputs..<(output + 1) * inputs
            let scale = (weights[row].map(abs).max() ?? 0) / 127
            #expect(abs(scales[output] - scale) <= scale * 1e-6)
            for index in row { rounded[index] = (weights[index] / scale).rounded(.toNearestOrEven) * scale }
            reach = max(reach, rounded[row].reduce(0) { $0 + Double(abs($1)) })
        }
        let step =
            (0..<rows).map { row -> Double in
                let own = x[row * inputs..<(row + 1) * inputs]
                return Double((own.max() ?? 0) - (own.min() ?? 0)) / 255
            }.max() ?? 0
        var y = [Float](repeating: .nan, count: rows * outputs)
        hearth_dense_i8(
            path, x, inputs, Int32(rows), packed.start, scales, sums, bias, residual, Int32(outputs), Int32(inputs), &y,
            scratch.start)
        let expected = product(
            x, stride: inputs, rows: rows, rounded, bias, residual, outputs: outputs, inputs: inputs)
        #expect(largestDifference(y, expected) <= reach * step * 0.51 + 1e-3)
    }

    @Test(arguments: sizes) func pathsOfBytesAgreeWithEachOther(_ size: (Int, Int, Int)) {
        let (rows, outputs, inputs) = size
        let x = values(rows * inputs, seed: 11)
        let weights = values(outputs * inputs, seed: 12)
        let results = availablePaths.map { path in
            let layer = DenseLayer(
                weights: weights, bias: nil, inputs: inputs, outputs: outputs, precision: .int8, path: path)
            let scratch = AlignedBuffer(bytes: layer.scratchBytes(rows: rows))
            var y = [Float](repeating: .nan, count: rows * outputs)
            layer.apply(x, rows: rows, to: &y, scratch: scratch.start)
            return y
        }
        // Sums are exact; an x that lies in the middle of two steps may be rounded either way.
        for other in results.dropFirst() {
            for (a, b) in zip(results[0], other) { #expect(abs(a - b) < 0.02) }
        }
    }

    @Test(arguments: availablePaths.map(\.rawValue)) func bytesOfOneValueAreExact(_ path: UInt32) {
        let layer = DenseLayer(
            weights: [Float](repeating: 0.5, count: 24), bias: [1, 2], inputs: 12, outputs: 2, precision: .int8,
            path: hearth_path(rawValue: path))
        let scratch = AlignedBuffer(bytes: layer.scratchBytes(rows: 1))
        var y: [Float] = [0, 0]
        layer.apply([Float](repeating: 3, count: 12), rows: 1, to: &y, scratch: scratch.start)
        #expect(abs(y[0] - 19) < 1e-4 && abs(y[1] - 20) < 1e-4)
    }

    @Test(arguments: availablePaths.map(\.rawValue)) func geluAgreesWithItsDefinition(_ path: UInt32) {
        var x = (0...4000).map { Float($0 - 2000) / 200 } + [-100, 100, 0, -0.0]
        let expected = x.map { Double($0) * 0.5 * (1 + erf(Double($0) / 2.0.squareRoot())) }
        hearth_gelu(hearth_path(rawValue: path), &x, x.count)
        #expect(largestDifference(x, expected) < 2e-6)
    }

    @Test(arguments: availablePaths.map(\.rawValue), [1, 7, 16, 40, 384])
    func layerNormAgreesWithDoubles(_ path: UInt32, _ width: Int) {
        var x = values(3 * width, seed: 13, scale: 5)
        let gain = values(width, seed: 14)
        let bias = values(width, seed: 15)
        var expected: [Double] = []
        for row in 0..<3 {
            let own = x[row * width..<(row + 1) * width].map(Double.init)
            let mean = own.reduce(0, +) / Double(width)
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            for (index, value) in own.enumerated() {
                expected.append(
                    (value - mean) / (variance + 1e-6).squareRoot() * Double(gain[index]) + Double(bias[index]))
            }
        }
        hearth_layer_norm(hearth_path(rawValue: path), &x, 3, Int32(width), gain, bias, 1e-6)
        #expect(largestDifference(x, expected) < 2e-5)
    }

    @Test(arguments: availablePaths.map(\.rawValue), [1, 5, 16, 31, 257])
    func softmaxAgreesWithDoublesAndLeavesTheRestAlone(_ path: UInt32, _ columns: Int) {
        let stride = columns + 3
        var x = values(4 * stride, seed: 16, scale: 40)
        let before = x
        hearth_softmax(hearth_path(rawValue: path), &x, 4, Int32(columns), stride, 0.5)
        for row in 0..<4 {
            let own = before[row * stride..<row * stride + columns].map { Double($0) * 0.5 }
            let highest = own.max() ?? 0
            let powers = own.map { exp($0 - highest) }
            let sum = powers.reduce(0, +)
            #expect(largestDifference(Array(x[row * stride..<row * stride + columns]), powers.map { $0 / sum }) < 1e-6)
            #expect(
                x[row * stride + columns..<(row + 1) * stride] == before[row * stride + columns..<(row + 1) * stride])
        }
    }

    @Test(arguments: availablePaths.map(\.rawValue), [(1, 2, 32), (9, 3, 10), (33, 2, 64), (40, 1, 26)])
    func attentionAgreesWithDoubles(_ path: UInt32, _ size: (Int, Int, Int)) {
        let (length, heads, headSize) = size
        let hidden = heads * headSize
        let qkv = values(length * 3 * hidden, seed: 17, scale: 2)
        let scratch = AlignedBuffer(floats: hearth_attention_scratch(Int32(length), Int32(headSize)))
        var out = [Float](repeating: .nan, count: length * hidden)
        hearth_attention(
            hearth_path(rawValue: path), qkv, Int32(length), Int32(heads), Int32(headSize), &out, scratch.floats)
        let expected = NaiveEncoder.attention(
            qkv.map(Double.init), length: length, heads: heads, headSize: headSize)
        #expect(largestDifference(out, expected) < 1e-5)
    }

    @Test func whatIsNotFiniteIsFound() {
        #expect(hearth_is_finite([1, 2, 3], 3) == 1)
        #expect(hearth_is_finite([1, .nan, 3], 3) == 0)
        #expect(hearth_is_finite([1, -.infinity, 3], 3) == 0)
        #expect(hearth_is_finite([], 0) == 1)
    }

    @Test func zerosStayZerosWhenNormalised() {
        var zeros: [Float] = [0, 0, 0]
        hearth_normalise(&zeros, 3)
        #expect(zeros == [0, 0, 0])
        var vector: [Float] = [3, 4]
        hearth_normalise(&vector, 2)
        #expect(abs(vector[0] - 0.6) < 1e-6 && abs(vector[1] - 0.8) < 1e-6)
    }
}
