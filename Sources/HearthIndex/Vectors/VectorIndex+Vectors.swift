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
        let components = try [Float](unsafeUninitializedCapacity: slots.count * dimension) { buffer, count in
            for (place, slot) in slots.enumerated() {
                let row = UnsafeMutableBufferPointer(rebasing: buffer[place * dimension..<(place + 1) * dimension])
                try segment.readVector(slot, into: row)
                count += dimension
            }
        }
        return VectorSelection(dimension: dimension, components: components, places: places)
    }
}
