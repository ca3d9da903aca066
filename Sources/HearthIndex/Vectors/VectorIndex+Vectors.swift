import Dispatch
import HearthCore
import Synchronization

extension VectorIndex {
    /// Reads the vectors of passages that are there.
    package func selection(of numbers: [Int64]) async throws -> VectorSelection {
        guard numbers.count <= VectorLimits.matches else {
            throw HearthError(
                .tooLarge, "At most \(VectorLimits.matches) vectors are read at once.", hint: "Ask for fewer.")
        }
        return try await onReading { try self.read(numbers) }
    }

    private func read(_ numbers: [Int64]) throws -> VectorSelection {
        let segment = segment
        var places: [Int64: Int] = [:]
        var slots: [Int] = []
        segment.directory.withLock { directory in
            for number in numbers where places[number] == nil {
                guard let slot = directory.slots[number] else { continue }
                places[number] = slots.count
                slots.append(Int(slot))
            }
        }
        let components = try segment.readVectors(slots)
        return VectorSelection(dimension: dimension, components: components, places: places)
    }
}

extension VectorSegment {
    /// Vectors of which a thread reads at least so many.
    private static let readPart = 100

    /// Reads vectors and checks them; one after the other.
    func readVectors(_ slots: [Int]) throws -> [Float] {
        let parts = max(slots.count / Self.readPart, 1)
        let read = Mutex<[Result<[Float], any Error>?]>(Array(repeating: nil, count: parts))
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let range = slots.count * part / parts..<slots.count * (part + 1) / parts
            let vectors = Result { try self.readVectorsInOrder(slots[range]) }
            read.withLock { $0[part] = vectors }
        }
        var components: [Float] = []
        components.reserveCapacity(slots.count * dimension)
        // Every part was done.
        for part in read.withLock({ $0 }) { components += try part?.get() ?? [] }
        return components
    }

    private func readVectorsInOrder(_ slots: ArraySlice<Int>) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: slots.count * dimension) { buffer, count in
            for slot in slots {
                try readVector(slot, into: UnsafeMutableBufferPointer(rebasing: buffer[count..<count + dimension]))
                count += dimension
            }
        }
    }
}
