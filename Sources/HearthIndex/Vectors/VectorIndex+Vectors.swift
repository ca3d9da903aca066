import HearthCore
import Synchronization

extension VectorIndex {
    /// The vectors of passages that are there, by number.
    package func vectors(of numbers: [Int64]) async throws -> [Int64: [Float]] {
        guard numbers.count <= VectorLimits.matches else {
            throw HearthError(
                .tooLarge, "At most \(VectorLimits.matches) vectors are read at once.", hint: "Ask for fewer.")
        }
        return try await onReading { try self.exactVectors(of: numbers) }
    }

    private func exactVectors(of numbers: [Int64]) throws -> [Int64: [Float]] {
        let segment = segment
        let slots = segment.directory.withLock { directory in
            numbers.compactMap { number in directory.slots[number].map { (number, Int($0)) } }
        }
        var found: [Int64: [Float]] = [:]
        var vector = [Float](repeating: 0, count: dimension)
        for (number, slot) in slots {
            try vector.withUnsafeMutableBufferPointer { try segment.readVector(slot, into: $0) }
            found[number] = vector
        }
        return found
    }
}
