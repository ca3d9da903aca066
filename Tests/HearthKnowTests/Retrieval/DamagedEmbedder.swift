import HearthCore
import HearthInference
import Synchronization

/// A model whose file was damaged after the start, or after so many calls as were whole.
final class DamagedEmbedder: TextEmbedder {
    private let hashing = HashingEmbedder()
    private let whole: Int
    private let count = Mutex(0)

    init(whole: Int = 0) { self.whole = whole }

    var name: String { hashing.name }
    var dimension: Int { hashing.dimension }
    var calls: Int { count.withLock { $0 } }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number <= whole else {
            throw HearthError(.malformedModel, "A tensor holds a value that is not finite.")
        }
        return try await hashing.embed(texts)
    }
}
