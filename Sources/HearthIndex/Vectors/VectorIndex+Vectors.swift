import CHearthKernels
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

    /// The exact inner products of each with each, row by row in the order of `numbers`; 0 with one that is not there.
    package func products(among numbers: [Int64]) async throws -> [Float] {
        guard numbers.count <= VectorLimits.compared else {
            throw HearthError(
                .tooLarge, "At most \(VectorLimits.compared) vectors are compared with each other.",
                hint: "Ask for fewer.")
        }
        return try await onReading { try self.exactProducts(among: numbers) }
    }

    private func exactProducts(among numbers: [Int64]) throws -> [Float] {
        let found = try exactVectors(of: numbers)
        let vectors = numbers.map { found[$0] }
        var products = [Float](repeating: 0, count: vectors.count * vectors.count)
        for (row, left) in vectors.enumerated() {
            guard let left else { continue }
            for (column, right) in vectors[...row].enumerated() {
                guard let right else { continue }
                let product = hearth_dot(left, right, dimension)
                products[row * vectors.count + column] = product
                products[column * vectors.count + row] = product
            }
        }
        return products
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
