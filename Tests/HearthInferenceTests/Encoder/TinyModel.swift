import Foundation

@testable import HearthInference

/// A whole model folder with random weights, small enough to check against doubles.
struct TinyModel {
    static let pieces =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "kettle", "boils", "rain", "##s", "##ing", "at", "six"]
        + "abcdefghijklmnopqrstuvwxyz".map(String.init) + "abcdefghijklmnopqrstuvwxyz".map { "##\($0)" }

    var naive: NaiveEncoder

    init(pooling: BERTConfiguration.Pooling = .mean, hidden: Int = 40, heads: Int = 4) {
        naive = NaiveEncoder(
            shape: BERTConfiguration(
                layers: 2, heads: heads, hidden: hidden, intermediate: 72, positions: 24,
                vocabulary: Self.pieces.count, tokenTypes: 2, epsilon: 1e-12, pooling: pooling, longestText: 16),
            seed: 21)
    }

    func write(to folder: URL, prefix: String = "") throws {
        let shape = naive.shape
        try folder.write(
            """
            {"model_type": "bert", "hidden_act": "gelu", "hidden_size": \(shape.hidden), "layer_norm_eps": 1e-12,
             "num_attention_heads": \(shape.heads), "num_hidden_layers": \(shape.layers), "type_vocab_size": 2,
             "intermediate_size": \(shape.intermediate), "max_position_embeddings": \(shape.positions),
             "vocab_size": \(shape.vocabulary)}
            """, to: "config.json")
        try folder.write(
            """
            {"pooling_mode_cls_token": \(shape.pooling == .first), "pooling_mode_mean_tokens": \(shape.pooling == .mean)}
            """, to: "1_Pooling/config.json")
        try folder.write(#"{"max_seq_length": 16, "do_lower_case": false}"#, to: "sentence_bert_config.json")
        try folder.write(Self.pieces.joined(separator: "\n") + "\n", to: "vocab.txt")
        try Data(SafetensorsWriter.bytes(naive.tensors, prefix: prefix))
            .write(to: folder.appending(path: "model.safetensors"))
    }
}
