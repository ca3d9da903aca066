import HearthInference
import Synchronization

/// Embeds each text once: the questions of a labelled set read the same sentences again and again.
final class RememberingEmbedder: TextEmbedder {
    private let embedder: any TextEmbedder
    private let vectors = Mutex<[String: [Float]]>([:])

    init(_ embedder: any TextEmbedder) { self.embedder = embedder }

    var name: String { embedder.name }
    var dimension: Int { embedder.dimension }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        let unknown = vectors.withLock { known in Array(Set(texts.filter { known[$0] == nil })).sorted() }
        let made = unknown.isEmpty ? [] : try await embedder.embed(unknown)
        return vectors.withLock { known in
            for (text, vector) in zip(unknown, made) { known[text] = vector }
            return texts.compactMap { known[$0] }
        }
    }
}
