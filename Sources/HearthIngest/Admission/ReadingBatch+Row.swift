import HearthCore
import HearthSchema
import HearthStore

extension ReadingBatch {
    /// Appends a valid item as a row: known members into their columns, unknown ones as canonical JSON into `extra`.
    ///
    /// - Parameter namesStream: the item's `stream` and `type` are addresses, not content.
    mutating func appendRow(_ head: ReadingHead, _ item: JSONReference, namesStream: Bool) {
        heads.append(head)
        let start = cells.count
        for _ in 0..<width { cells.append(.null) }
        var extraMembers = 0
        for (key, value) in item.members {
            if let column = stream.fieldIndex(utf8: key.utf8) {
                cells[start + column] = cell(value, stream.fields[column].type)
            } else if !isEnvelope(key, namesStream) {
                extraMembers += 1
            }
        }
        if extraMembers > 0, stream.allowsExtra {
            cells[start + width - 1] = extraCell(item, namesStream)
        }
    }

    private func isEnvelope(_ key: JSONReference, _ namesStream: Bool) -> Bool {
        switch Envelope.Key(key.utf8) {
        case nil: false
        case .stream, .type, .sequence: namesStream
        default: true
        }
    }

    private mutating func cell(_ value: JSONReference, _ type: StreamDefinition.FieldType) -> Cell {
        switch (type, value.kind) {
        case (_, .null) where type != .json: return .null
        case (.integer, _): return value.int64.map(Cell.integer) ?? .null
        // Adding zero turns negative zero into zero, which is what storage would do.
        case (.real, _): return value.double.map { .real($0 + 0) } ?? .null
        case (.boolean, _): return value.bool.map { .integer($0 ? 1 : 0) } ?? .null
        case (.text, .string): return textCell(value.utf8)
        case (.text, .binary): return textCell(Base64.encode(value.utf8))
        case (.text, _): return .null
        case (.json, _):
            var writer = JSONWriter()
            writer.writeCanonical(value)
            return writer.bytes.withUnsafeBufferPointer { textCell($0) }
        }
    }

    private mutating func extraCell(_ item: JSONReference, _ namesStream: Bool) -> Cell {
        var members: [(key: JSONReference, value: JSONReference)] = []
        for (key, value) in item.members
        where stream.fieldIndex(utf8: key.utf8) == nil && !isEnvelope(key, namesStream) {
            members.append((key, value))
        }
        members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var writer = JSONWriter()
        writer.raw("{")
        for (index, member) in members.enumerated() {
            if index > 0 { writer.comma() }
            writer.write(utf8: member.key.utf8)
            writer.raw(":")
            writer.writeCanonical(member.value)
        }
        writer.raw("}")
        return writer.bytes.withUnsafeBufferPointer { textCell($0) }
    }
}
