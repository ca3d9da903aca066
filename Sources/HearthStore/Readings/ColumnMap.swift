import HearthCore
package import HearthSchema

/// Where the columns of one definition of a stream stand in another: callers may hold an older or a newer definition
/// than the one that made the table.
package struct ColumnMap: Sendable, Hashable {
    /// For each column of the wanted definition its index in the held one, or nil where that has none.
    package let sources: [Int?]
    package let isIdentity: Bool

    package init(of wanted: StreamDefinition, in held: StreamDefinition) {
        var indexes: [String: Int] = [:]
        for (index, field) in held.fields.enumerated() { indexes[field.name] = index }
        var sources: [Int?] = wanted.fields.map { indexes[$0.name] }
        if wanted.allowsExtra { sources.append(held.allowsExtra ? held.fields.count : nil) }
        self.sources = sources
        isIdentity = held.columnCount == sources.count && sources.enumerated().allSatisfy { $0.offset == $0.element }
    }
}

extension ReadingBatch {
    /// Appends row `index` of a batch with another definition of the same stream.
    package mutating func append(row index: Int, of other: ReadingBatch, through map: ColumnMap) {
        if map.isIdentity { return append(row: index, of: other) }
        heads.append(other.heads[index])
        for source in map.sources {
            guard let source else {
                cells.append(.null)
                continue
            }
            let cell = other[index, source]
            if case .text(let offset, let length) = cell {
                let copied = UInt32(text.count)
                text.append(contentsOf: other.text[Int(offset)..<Int(offset) + Int(length)])
                cells.append(.text(offset: copied, length: length))
            } else {
                cells.append(cell)
            }
        }
    }
}
