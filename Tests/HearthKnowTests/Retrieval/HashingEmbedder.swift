import HearthCore
import HearthInference
import HearthStore
import Synchronization

/// An embedder without a model: texts that share words are near, and words of one group are the same.
final class HashingEmbedder: TextEmbedder {
    let name = "hashing/512"
    let dimension = 512
    private let groups: [String: String]
    private let failures: Mutex<Int>
    private let calls = Mutex(0)

    /// `meanings`: word to the word that stands for it. `failures`: so many calls fail first.
    init(meanings: [String: String] = [:], failures: Int = 0) {
        groups = meanings
        self.failures = Mutex(failures)
    }

    var callCount: Int { calls.withLock { $0 } }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        calls.withLock { $0 += 1 }
        let isFailing = failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isFailing { throw HearthError(.overloaded, "Too much to embed.", disposition: .retry) }
        return texts.map { text in
            var vector = [Float](repeating: 0.0001, count: dimension)
            for term in SearchTerms.all(in: text) where !SearchTerms.isStopWord(term) {
                var hash = SipHash(key: SipHash.Key(first: 3, second: 4))
                var word = groups[term] ?? term
                word.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) }
                vector[Int(hash.finalize() % UInt64(dimension))] += 1
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }
}
