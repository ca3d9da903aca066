import Foundation
import HearthCore
import OrderedCollections

/// The shape of a BERT-family encoder, as the files of its folder tell it.
struct BERTConfiguration: Sendable, Equatable {
    enum Pooling: String, Sendable {
        /// The mean of all tokens' vectors.
        case mean
        /// The vector of the first token.
        case first = "cls"
    }

    var layers: Int
    var heads: Int
    var hidden: Int
    var intermediate: Int
    var positions: Int
    var vocabulary: Int
    var tokenTypes: Int
    var epsilon: Float
    var pooling: Pooling
    /// Tokens of a text, marks included; what is longer is cut.
    var longestText: Int

    /// Bounds on what a file may ask for.
    static let mostLayers = 64
    static let mostHidden = 4096
    static let mostPositions = 8192
}

extension BERTConfiguration {
    /// Reads `config.json`, and where they exist `sentence_bert_config.json` and `1_Pooling/config.json`.
    init(folder: URL) throws {
        let file = folder.appending(path: "config.json")
        let content = try ModelText.json(file)
        func unsupported(_ what: String) -> HearthError {
            HearthError(
                .unsupportedModel, "\(file.path): \(what).",
                hint: "Hearth runs BERT models such as all-MiniLM-L6-v2 and bge-small-en-v1.5.")
        }
        func count(_ key: String, upTo limit: Int) throws -> Int {
            guard let value = content[key]?.int64, value >= 1, value <= Int64(limit) else {
                throw HearthError(
                    .malformedModel, "\(file.path): '\(key)' must be a number from 1 to \(limit).",
                    hint: "Install the model again.")
            }
            return Int(value)
        }
        let kind = content["model_type"]?.string ?? "none"
        guard kind == "bert" else { throw unsupported("its model_type is '\(kind)'") }
        let activation = content["hidden_act"]?.string ?? "gelu"
        guard activation == "gelu" else { throw unsupported("its hidden_act is '\(activation)'") }
        let position = content["position_embedding_type"]?.string ?? "absolute"
        guard position == "absolute" else { throw unsupported("its position_embedding_type is '\(position)'") }

        layers = try count("num_hidden_layers", upTo: Self.mostLayers)
        heads = try count("num_attention_heads", upTo: Self.mostHidden)
        hidden = try count("hidden_size", upTo: Self.mostHidden)
        intermediate = try count("intermediate_size", upTo: 8 * Self.mostHidden)
        positions = try count("max_position_embeddings", upTo: Self.mostPositions)
        vocabulary = try count("vocab_size", upTo: WordPieceVocabulary.mostPieces)
        tokenTypes = content["type_vocab_size"] == nil ? 2 : try count("type_vocab_size", upTo: 16)
        epsilon = Float(content["layer_norm_eps"]?.double ?? 1e-12)
        guard hidden % heads == 0 else {
            throw HearthError(
                .malformedModel, "\(file.path): hidden_size \(hidden) cannot be divided among \(heads) heads.")
        }
        guard epsilon > 0, epsilon < 1 else {
            throw HearthError(.malformedModel, "\(file.path): 'layer_norm_eps' must lie between 0 and 1.")
        }
        guard positions >= 2 else { throw unsupported("it has no room for the marks around a text") }

        pooling = try Self.pooling(folder)
        longestText = positions
        let sentences = folder.appending(path: "sentence_bert_config.json")
        if FileManager.default.fileExists(atPath: sentences.path),
            let limit = try ModelText.json(sentences)["max_seq_length"]?.int64
        {
            guard limit >= 2 else {
                throw HearthError(.malformedModel, "\(sentences.path): 'max_seq_length' must be 2 or more.")
            }
            longestText = min(positions, Int(limit))
        }
    }

    private static func pooling(_ folder: URL) throws -> Pooling {
        let file = folder.appending(path: "1_Pooling/config.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return .mean }
        let content = try ModelText.json(file)
        // Older files have a switch for each way, newer ones a word.
        var modes = (content.object ?? [:]).filter { $0.key.hasPrefix("pooling_mode_") && $0.value.bool == true }.map {
            String($0.key.dropFirst("pooling_mode_".count))
        }
        if let mode = content["pooling_mode"]?.string { modes = [mode] }
        switch modes {
        case ["mean_tokens"], ["mean"]: return .mean
        case ["cls_token"], ["cls"]: return .first
        default:
            throw HearthError(
                .unsupportedModel, "\(file.path) joins the vectors of tokens by \(modes.sorted()).",
                hint: "Hearth knows mean_tokens and cls_token.")
        }
    }
}
