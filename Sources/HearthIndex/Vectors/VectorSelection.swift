import CHearthKernels

/// Some vectors of an index, read once, for those who compare them several times. Exact: in single precision.
package struct VectorSelection: Sendable {
    private let dimension: Int
    /// Vector after vector.
    private var components: [Float]
    /// Which of the vectors a number has.
    private var places: [Int64: Int]

    init(dimension: Int, components: [Float], places: [Int64: Int]) {
        self.dimension = dimension
        self.components = components
        self.places = places
    }

    /// The vector of a number; nil when the index had none.
    package subscript(number: Int64) -> ArraySlice<Float>? {
        places[number].map { components[$0 * dimension..<($0 + 1) * dimension] }
    }

    /// Puts a vector beside those of the index. Throws for one of another dimension, or whose length is not 1.
    package mutating func add(_ vector: [Float], of number: Int64) throws {
        try vector.checkIsUnit(dimension: dimension)
        guard places[number] == nil else { return }
        places[number] = components.count / dimension
        components += vector
    }

    /// The inner products with `query` of the vectors that are there, by number. Throws for a query of another
    /// dimension, or whose length is not 1.
    package func scores(_ query: [Float]) throws -> [Int64: Float] {
        try query.checkIsUnit(dimension: dimension)
        return components.withUnsafeBufferPointer { components in
            // A vector that is there has components, so they have a base.
            places.mapValues { hearth_dot(query, components.baseAddress! + $0 * dimension, dimension) }
        }
    }

    /// The inner products of each with each, row by row in the order of `numbers`; 0 with one that is not there.
    package func products(among numbers: some Collection<Int64>) -> [Float] {
        let rows = numbers.map { places[$0] }
        var products = [Float](repeating: 0, count: rows.count * rows.count)
        components.withUnsafeBufferPointer { components in
            for (row, left) in rows.enumerated() {
                guard let left else { continue }
                for (column, right) in rows[...row].enumerated() {
                    guard let right else { continue }
                    // A vector that is there has components, so they have a base.
                    let base = components.baseAddress!
                    let product = hearth_dot(base + left * dimension, base + right * dimension, dimension)
                    products[row * rows.count + column] = product
                    products[column * rows.count + row] = product
                }
            }
        }
        return products
    }
}
