import Dispatch
package import Foundation
import HearthCore
import Synchronization

/// An embedder that loads its model when the first text comes: a household that asks nothing pays nothing for it.
package final class DeferredEmbedder: TextEmbedder {
    package let name: String
    package let dimension: Int

    private let folder: URL
    private let precision: ModelPrecision
    private let threads: Int
    private let loading = DispatchQueue(label: "hearth.model-loading")
    private let loaded = Mutex<BERTEmbedder?>(nil)

    /// Looks at the model's folder, also whether the file of its weights is whole, and loads nothing yet.
    /// - Throws: `model-unavailable`, `malformed-model`, `unsupported-model`.
    package init(library: ModelLibrary, model: String, precision: ModelPrecision, threads: Int) throws {
        folder = try library.embeddingFolder(model)
        let configuration = try BERTConfiguration(folder: folder)
        // The header alone: it tells where each tensor lies, so that a file that was cut off is known now.
        _ = try SafetensorsFile(path: BERTEncoder.weights(in: folder))
        name = BERTEmbedder.name(folder: folder, precision: precision)
        dimension = configuration.hidden
        self.precision = precision
        self.threads = threads
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] { try await embedder().embed(texts) }

    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]] {
        try await embedder().embed(texts, priority: priority)
    }

    package func close() async { await loaded.withLock { $0 }?.close() }

    private func embedder() async throws -> BERTEmbedder {
        if let embedder = loaded.withLock({ $0 }) { return embedder }
        return try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<BERTEmbedder, any Error>) in
            loading.async { [self] in continuation.resume(with: Result { try load() }) }
        }
    }

    /// On the queue: the second caller finds what the first one loaded.
    private func load() throws -> BERTEmbedder {
        if let embedder = loaded.withLock({ $0 }) { return embedder }
        let embedder = try BERTEmbedder(folder: folder, precision: precision, threads: threads)
        loaded.withLock { $0 = embedder }
        return embedder
    }
}
