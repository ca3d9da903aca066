import CHearthKernels
import Foundation
import HearthCore

/// An encoder of the BERT family: token ids in, one vector of length 1 per text out.
///
/// Several texts are computed together without padding: their tokens stand one below the other, every dense layer runs over
/// all of them, and attention alone stays within its text.
final class BERTEncoder: Sendable {
    let configuration: BERTConfiguration
    private let path: hearth_path
    private let words: TensorRows
    private let positions: TensorRows
    private let tokenType: [Float]
    private let norm: LayerNorm
    private let blocks: [Block]

    struct LayerNorm: Sendable {
        var gain: [Float]
        var bias: [Float]

        init(_ file: SafetensorsFile, _ name: String, width: Int) throws {
            gain = try file.weights(name + ".weight", shape: [width])
            bias = try file.weights(name + ".bias", shape: [width])
        }
    }

    struct Block: Sendable {
        /// Queries, keys and values at once.
        var attention: DenseLayer
        var attended: DenseLayer
        var attendedNorm: LayerNorm
        var intermediate: DenseLayer
        var output: DenseLayer
        var outputNorm: LayerNorm
    }

    /// Path of the file that holds the weights.
    static func weights(in folder: URL) -> String { folder.appending(path: "model.safetensors").path }

    /// Reads `model.safetensors` of a folder and packs its layers: some 50 to 200 ms for a small model.
    convenience init(folder: URL, configuration: BERTConfiguration, precision: ModelPrecision) throws {
        let file = try SafetensorsFile(path: Self.weights(in: folder))
        try self.init(file: file, configuration: configuration, precision: precision)
    }

    init(
        file: SafetensorsFile, configuration: BERTConfiguration, precision: ModelPrecision,
        path: hearth_path = hearth_best_path()
    ) throws {
        self.configuration = configuration
        self.path = path
        let hidden = configuration.hidden
        // Models saved with a head on top keep the encoder under its name.
        let prefix = file.has("bert.embeddings.word_embeddings.weight") ? "bert." : ""
        let embeddings = prefix + "embeddings."
        words = try file.rows(embeddings + "word_embeddings.weight", shape: [configuration.vocabulary, hidden])
        positions = try file.rows(embeddings + "position_embeddings.weight", shape: [configuration.positions, hidden])
        let types = try file.weights(
            embeddings + "token_type_embeddings.weight", shape: [configuration.tokenTypes, hidden])
        tokenType = Array(types[..<hidden])
        norm = try LayerNorm(file, embeddings + "LayerNorm", width: hidden)

        func dense(_ names: [String], inputs: Int, outputs: Int) throws -> DenseLayer {
            DenseLayer(
                weights: try names.flatMap { try file.weights($0 + ".weight", shape: [outputs, inputs]) },
                bias: try names.flatMap { try file.weights($0 + ".bias", shape: [outputs]) },
                inputs: inputs, outputs: outputs * names.count, precision: precision, path: path)
        }
        blocks = try (0..<configuration.layers).map { layer in
            let name = prefix + "encoder.layer.\(layer)."
            return Block(
                attention: try dense(
                    ["query", "key", "value"].map { name + "attention.self.\($0)" }, inputs: hidden, outputs: hidden),
                attended: try dense([name + "attention.output.dense"], inputs: hidden, outputs: hidden),
                attendedNorm: try LayerNorm(file, name + "attention.output.LayerNorm", width: hidden),
                intermediate: try dense(
                    [name + "intermediate.dense"], inputs: hidden, outputs: configuration.intermediate),
                output: try dense([name + "output.dense"], inputs: configuration.intermediate, outputs: hidden),
                outputNorm: try LayerNorm(file, name + "output.LayerNorm", width: hidden))
        }
        file.release()
    }

    /// One vector per text, in order, one below the other. `texts` are ids as the tokenizer gives them, none empty, none
    /// longer than `longestText`.
    func encode(_ texts: some Collection<[Int32]>, workspace: BERTWorkspace) -> [Float] {
        let tokens = texts.reduce(0) { $0 + $1.count }
        let hidden = configuration.hidden
        guard tokens > 0 else { return [] }
        workspace.prepare(tokens: tokens, longest: texts.map(\.count).max() ?? 0, encoder: self)
        let x = workspace.x.floats
        let attended = workspace.attended.floats
        embed(texts, to: x, scratch: attended)
        hearth_layer_norm(path, x, Int32(tokens), Int32(hidden), norm.gain, norm.bias, configuration.epsilon)
        for block in blocks { apply(block, texts: texts, tokens: tokens, workspace) }
        return pool(texts, x)
    }

    private func embed(
        _ texts: some Collection<[Int32]>, to x: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        let hidden = configuration.hidden
        var row = x
        for text in texts {
            precondition(text.count <= configuration.positions)
            for (position, id) in text.enumerated() {
                words.copy(Int(id), to: row)
                positions.copy(position, to: scratch)
                hearth_add3(row, scratch, tokenType, row, Int32(hidden))
                row += hidden
            }
        }
    }

    private func apply(
        _ block: Block, texts: some Collection<[Int32]>, tokens: Int, _ workspace: BERTWorkspace
    ) {
        let hidden = configuration.hidden
        let rows = Int32(tokens)
        let (x, attended, sum) = (workspace.x.floats, workspace.attended.floats, workspace.sum.floats)
        let wide = workspace.wide.floats
        let scratch = workspace.scratch.start

        block.attention.apply(x, rows: tokens, to: wide, scratch: scratch)
        var row = 0
        for text in texts {
            hearth_attention(
                path, wide + row * 3 * hidden, Int32(text.count), Int32(configuration.heads),
                Int32(hidden / configuration.heads), attended + row * hidden, workspace.attention.floats)
            row += text.count
        }
        block.attended.apply(attended, rows: tokens, residual: x, to: sum, scratch: scratch)
        hearth_layer_norm(
            path, sum, rows, Int32(hidden), block.attendedNorm.gain, block.attendedNorm.bias, configuration.epsilon)
        block.intermediate.apply(sum, rows: tokens, to: wide, scratch: scratch)
        hearth_gelu(path, wide, tokens * configuration.intermediate)
        block.output.apply(wide, rows: tokens, residual: sum, to: x, scratch: scratch)
        hearth_layer_norm(
            path, x, rows, Int32(hidden), block.outputNorm.gain, block.outputNorm.bias, configuration.epsilon)
    }

    private func pool(_ texts: some Collection<[Int32]>, _ x: UnsafePointer<Float>) -> [Float] {
        let hidden = configuration.hidden
        return [Float](unsafeUninitializedCapacity: texts.count * hidden) { buffer, filled in
            filled = texts.count * hidden
            // There is a text, and a vector has elements.
            var out = buffer.baseAddress!
            var row = x
            for text in texts {
                let rows = configuration.pooling == .mean ? text.count : 1
                hearth_mean_rows(row, Int32(rows), Int32(hidden), out)
                hearth_normalise(out, Int32(hidden))
                out += hidden
                row += text.count * hidden
            }
        }
    }

    /// Bytes of scratch memory that the largest dense layer needs.
    fileprivate func scratchBytes(tokens: Int) -> Int {
        blocks.reduce(0) { largest, block in
            [block.attention, block.attended, block.intermediate, block.output].reduce(largest) {
                max($0, $1.scratchBytes(rows: tokens))
            }
        }
    }
}

/// The memory that one thread computes in. Grows to the largest batch it met.
final class BERTWorkspace {
    fileprivate private(set) var x = AlignedBuffer(bytes: 0)
    fileprivate private(set) var attended = AlignedBuffer(bytes: 0)
    fileprivate private(set) var sum = AlignedBuffer(bytes: 0)
    /// Queries, keys and values; then the intermediate layer.
    fileprivate private(set) var wide = AlignedBuffer(bytes: 0)
    fileprivate private(set) var attention = AlignedBuffer(bytes: 0)
    fileprivate private(set) var scratch = AlignedBuffer(bytes: 0)

    fileprivate func prepare(tokens: Int, longest: Int, encoder: BERTEncoder) {
        let shape = encoder.configuration
        func grow(_ buffer: inout AlignedBuffer, bytes: Int) {
            if buffer.count < bytes { buffer = AlignedBuffer(bytes: bytes) }
        }
        let float = MemoryLayout<Float>.stride
        grow(&x, bytes: tokens * shape.hidden * float)
        grow(&attended, bytes: tokens * shape.hidden * float)
        grow(&sum, bytes: tokens * shape.hidden * float)
        grow(&wide, bytes: tokens * max(3 * shape.hidden, shape.intermediate) * float)
        grow(
            &attention,
            bytes: hearth_attention_scratch(Int32(longest), Int32(shape.hidden / shape.heads)) * float)
        grow(&scratch, bytes: encoder.scratchBytes(tokens: tokens))
    }
}
