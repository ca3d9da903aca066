import CHearthKernels
import HearthCore
import HearthIndex
import HearthTesting

/// Vectors that lie in clusters, as those of texts do.
struct SyntheticVectors {
    let dimension: Int
    private var generator: SplitMix64
    private let centres: [[Float]]

    init(dimension: Int, clusters: Int = 50, seed: UInt64) {
        self.dimension = dimension
        var generator = SplitMix64(seed: seed)
        centres = (0..<clusters).map { _ in Self.normal(dimension, using: &generator) }
        self.generator = generator
    }

    mutating func next() -> [Float] {
        let centre = centres[Int.random(in: 0..<centres.count, using: &generator)]
        let noise = Self.normal(dimension, using: &generator)
        return Self.unit(zip(centre, noise).map { $0 + 0.7 * $1 })
    }

    mutating func entries(_ numbers: ClosedRange<Int64>) -> [VectorEntry] {
        numbers.map { number in
            VectorEntry(
                number: number, person: Self.person(Int(number % 4) == 0 ? 1 : 0), document: Self.document(number / 3),
                timestamp: Timestamp(seconds: Double(number)), source: number % 5 == 0 ? "mail" : "notes",
                kind: UInt16(number % 7), vector: next())
        }
    }

    static func person(_ index: Int) -> UniqueID { UniqueID(high: 1, low: UInt64(index)) }
    static func document(_ index: Int64) -> UniqueID { UniqueID(high: 2, low: UInt64(bitPattern: index)) }

    static func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }

    /// Sums of twelve uniform numbers, which are nearly normal.
    private static func normal(_ count: Int, using generator: inout SplitMix64) -> [Float] {
        (0..<count).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
        }
    }
}

/// The answer that an index has to give, computed one by one.
func nearest(_ query: [Float], in entries: [VectorEntry], limit: Int) -> [Int64] {
    let scored = entries.map { (number: $0.number, score: hearth_dot(query, $0.vector, query.count)) }
    return scored.sorted { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
        .prefix(limit).map(\.number)
}
