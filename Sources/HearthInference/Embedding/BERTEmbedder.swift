package import Foundation
import HearthCore

/// Embeds texts with an encoder of the BERT family that runs in this process.
package final class BERTEmbedder: TextEmbedder {
    package let name: String
    package let dimension: Int
    /// Tokens of a text; what is longer is cut.
    package let longestText: Int
    /// Texts of a call up to which somebody is taken to be waiting, unless the caller says otherwise.
    package static let mostInteractiveTexts = 2
    package static let mostThreads = 64

    private let tokenizer: WordPieceTokenizer
    private let encoder: BERTEncoder
    private let workers: EmbeddingWorkers

    /// Loads the model of a folder: `config.json`, `model.safetensors`, `vocab.txt` or `tokenizer.json`, and where present
    /// `1_Pooling/config.json` and `sentence_bert_config.json`. Takes some 100 ms; not for the cooperative pool.
    package init(folder: URL, precision: ModelPrecision, threads: Int) throws {
        let configuration = try BERTConfiguration(folder: folder)
        let tokenizer = try WordPieceTokenizer(folder: folder)
        guard tokenizer.vocabulary.count <= configuration.vocabulary else {
            throw HearthError(
                .malformedModel,
                "\(folder.path): the tokenizer has \(tokenizer.vocabulary.count) pieces, the model \(configuration.vocabulary).",
                hint: "Its files come from different models; install it again.")
        }
        let encoder = try BERTEncoder(folder: folder, configuration: configuration, precision: precision)
        name = "\(folder.lastPathComponent)/\(precision.rawValue)"
        dimension = configuration.hidden
        longestText = configuration.longestText
        self.tokenizer = tokenizer
        self.encoder = encoder
        workers = EmbeddingWorkers(
            threads: min(max(threads, 1), Self.mostThreads), longestText: configuration.longestText
        ) {
            let workspace = BERTWorkspace()
            return { texts in
                Self.vectors(of: texts, tokenizer: tokenizer, encoder: encoder, workspace: workspace)
            }
        }
    }

    deinit { workers.stop() }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        try await embed(texts, priority: texts.count <= Self.mostInteractiveTexts ? .interactive : .bulk)
    }

    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]] {
        try await workers.embed(texts, priority: priority)
    }

    /// Texts that wait, and texts embedded since the start.
    package var load: (waiting: Int, done: Int) { workers.load }

    /// Fails what waits, and returns when the threads have ended. Later calls fail.
    package func close() async { await workers.close() }

    private static func vectors(
        of texts: [String], tokenizer: WordPieceTokenizer, encoder: BERTEncoder, workspace: BERTWorkspace
    ) -> [[Float]] {
        let limit = encoder.configuration.longestText
        let width = encoder.configuration.hidden
        let ids = texts.map { tokenizer.encode($0, limit: limit) }
        let flat = encoder.encode(ids, workspace: workspace)
        return texts.indices.map { Array(flat[$0 * width..<($0 + 1) * width]) }
    }
}
