import Foundation
import HearthTesting

@testable import HearthInference

/// A BERT encoder in double precision, written as the paper says and as slowly as that is; and random weights for it.
struct NaiveEncoder {
    var shape: BERTConfiguration
    var tensors: [String: (shape: [Int], values: [Float])] = [:]

    init(shape: BERTConfiguration, seed: UInt64) {
        self.shape = shape
        var random = SplitMix64(seed: seed)
        func add(_ name: String, _ sizes: [Int], around center: Float = 0) {
            let count = sizes.reduce(1, *)
            tensors[name] = (sizes, (0..<count).map { _ in center + Float.random(in: -0.3...0.3, using: &random) })
        }
        func norm(_ name: String) {
            add(name + ".weight", [shape.hidden], around: 1)
            add(name + ".bias", [shape.hidden])
        }
        func dense(_ name: String, _ outputs: Int, _ inputs: Int) {
            add(name + ".weight", [outputs, inputs])
            add(name + ".bias", [outputs])
        }
        add("embeddings.word_embeddings.weight", [shape.vocabulary, shape.hidden])
        add("embeddings.position_embeddings.weight", [shape.positions, shape.hidden])
        add("embeddings.token_type_embeddings.weight", [shape.tokenTypes, shape.hidden])
        norm("embeddings.LayerNorm")
        for layer in 0..<shape.layers {
            let name = "encoder.layer.\(layer)."
            for part in ["query", "key", "value"] {
                dense(name + "attention.self." + part, shape.hidden, shape.hidden)
            }
            dense(name + "attention.output.dense", shape.hidden, shape.hidden)
            norm(name + "attention.output.LayerNorm")
            dense(name + "intermediate.dense", shape.intermediate, shape.hidden)
            dense(name + "output.dense", shape.hidden, shape.intermediate)
            norm(name + "output.LayerNorm")
        }
    }

    func encode(_ ids: [Int32]) -> [Double] {
        let words = values("embeddings.word_embeddings.weight")
        let positions = values("embeddings.position_embeddings.weight")
        let types = values("embeddings.token_type_embeddings.weight")
        let width = shape.hidden
        var x = ids.enumerated().flatMap { position, id in
            (0..<width).map { words[Int(id) * width + $0] + positions[position * width + $0] + types[$0] }
        }
        x = norm(x, "embeddings.LayerNorm")
        for layer in 0..<shape.layers {
            let name = "encoder.layer.\(layer)."
            let parts = ["query", "key", "value"].map { dense(x, name + "attention.self." + $0, inputs: width) }
            let qkv = ids.indices.flatMap { row in parts.flatMap { $0[row * width..<(row + 1) * width] } }
            let attended = Self.attention(
                qkv, length: ids.count, heads: shape.heads, headSize: width / shape.heads)
            let sum = zip(dense(attended, name + "attention.output.dense", inputs: width), x).map { $0 + $1 }
            let middle = norm(sum, name + "attention.output.LayerNorm")
            let wide = dense(middle, name + "intermediate.dense", inputs: width).map {
                0.5 * $0 * (1 + erf($0 / 2.0.squareRoot()))
            }
            let out = dense(wide, name + "output.dense", inputs: shape.intermediate)
            x = norm(zip(out, middle).map { $0 + $1 }, name + "output.LayerNorm")
        }
        let rows = shape.pooling == .mean ? ids.count : 1
        let pooled = (0..<width).map { column in
            (0..<rows).reduce(0) { $0 + x[$1 * width + column] } / Double(rows)
        }
        let length = pooled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return pooled.map { $0 / length }
    }

    static func attention(_ qkv: [Double], length: Int, heads: Int, headSize: Int) -> [Double] {
        let hidden = heads * headSize
        var out = [Double](repeating: 0, count: length * hidden)
        for head in 0..<heads {
            for row in 0..<length {
                let scores = (0..<length).map { other in
                    (0..<headSize).reduce(0.0) { sum, k in
                        sum + qkv[row * 3 * hidden + head * headSize + k]
                            * qkv[other * 3 * hidden + hidden + head * headSize + k]
                    } / Double(headSize).squareRoot()
                }
                let highest = scores.max() ?? 0
                let powers = scores.map { exp($0 - highest) }
                let sum = powers.reduce(0, +)
                for k in 0..<headSize {
                    out[row * hidden + head * headSize + k] = (0..<length).reduce(0) {
                        $0 + powers[$1] / sum * qkv[$1 * 3 * hidden + 2 * hidden + head * headSize + k]
                    }
                }
            }
        }
        return out
    }

    private func values(_ name: String) -> [Double] { tensors[name]?.values.map(Double.init) ?? [] }

    private func dense(_ x: [Double], _ name: String, inputs: Int) -> [Double] {
        let weights = values(name + ".weight")
        let bias = values(name + ".bias")
        return (0..<x.count / inputs).flatMap { row in
            bias.indices.map { output in
                (0..<inputs).reduce(bias[output]) { $0 + x[row * inputs + $1] * weights[output * inputs + $1] }
            }
        }
    }

    private func norm(_ x: [Double], _ name: String) -> [Double] {
        let gain = values(name + ".weight")
        let bias = values(name + ".bias")
        let width = gain.count
        return (0..<x.count / width).flatMap { row in
            let own = x[row * width..<(row + 1) * width]
            let mean = own.reduce(0, +) / Double(width)
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            return own.enumerated().map {
                ($1 - mean) / (variance + Double(shape.epsilon)).squareRoot() * gain[$0] + bias[$0]
            }
        }
    }
}
