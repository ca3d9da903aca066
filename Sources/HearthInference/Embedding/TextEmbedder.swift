/// Turns texts into vectors whose inner product tells how near their meanings are.
package protocol TextEmbedder: Sendable {
    /// Names model and precision: vectors of different names must not be compared.
    var name: String { get }
    /// Length of a vector.
    var dimension: Int { get }
    /// One vector of length 1 per text, in order. Texts beyond the model's limit are cut. Callers from many tasks share batches.
    func embed(_ texts: [String]) async throws -> [[Float]]
    /// The same for a caller who says whether a person is waiting.
    func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]]
}

/// Who goes first when there is more to embed than can be done at once.
package enum EmbeddingPriority: Sendable {
    /// Somebody waits for the answer: goes before all that is bulk.
    case interactive
    /// Work in the background, gathered into large batches.
    case bulk
}

extension TextEmbedder {
    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]] {
        try await embed(texts)
    }
}
