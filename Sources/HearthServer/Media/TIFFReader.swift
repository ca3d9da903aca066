import HearthMedia

/// Checked access to the directories of a TIFF 6.0 structure.
struct TIFFReader {
    struct Entry {
        var type: Int
        var count: Int
        /// Where the value lies in the block.
        var offset: Int
    }

    private let block: ArraySlice<UInt8>
    private let isLittleEndian: Bool
    let firstDirectory: Int

    init?(_ block: ArraySlice<UInt8>) {
        if block.starts(with: [0x49, 0x49, 0x2a, 0x00]) {
            isLittleEndian = true
        } else if block.starts(with: [0x4d, 0x4d, 0x00, 0x2a]) {
            isLittleEndian = false
        } else {
            return nil
        }
        self.block = block
        guard let first = block.word(at: 4, bytes: 4, littleEndian: isLittleEndian) else { return nil }
        firstDirectory = first
    }

    private func word(_ offset: Int, _ bytes: Int) -> Int? {
        block.word(at: offset, bytes: bytes, littleEndian: isLittleEndian)
    }

    /// Entries by tag, at most `limit`; the first of a tag counts. A directory that does not lie in the block is empty.
    func directory(at offset: Int, limit: Int) -> [Int: Entry] {
        guard offset >= 8, let count = word(offset, 2) else { return [:] }
        var entries: [Int: Entry] = [:]
        for index in 0..<min(count, limit) {
            let start = offset + 2 + index * 12
            guard let tag = word(start, 2), let type = word(start + 2, 2), let count = word(start + 4, 4),
                let far = word(start + 8, 4)
            else { break }
            guard let width = Self.width(type), entries[tag] == nil else { continue }
            // Values of up to four bytes stand in the entry itself.
            entries[tag] = Entry(type: type, count: count, offset: count * width <= 4 ? start + 8 : far)
        }
        return entries
    }

    private static func width(_ type: Int) -> Int? {
        switch type {
        case 1, 2, 6, 7: 1
        case 3, 8: 2
        case 4, 9, 11: 4
        case 5, 10, 12: 8
        default: nil
        }
    }

    /// The first value of an unsigned integer field.
    func integer(_ entry: Entry?) -> Int? {
        guard let entry, entry.count >= 1 else { return nil }
        return switch entry.type {
        case 1: word(entry.offset, 1)
        case 3: word(entry.offset, 2)
        case 4: word(entry.offset, 4)
        default: nil
        }
    }

    /// Unsigned fractions; nil when there are fewer than `count` or one has no value.
    func rationals(_ entry: Entry?, count: Int) -> [Double]? {
        guard let entry, entry.type == 5, entry.count >= count else { return nil }
        var values: [Double] = []
        for index in 0..<count {
            guard let numerator = word(entry.offset + index * 8, 4),
                let denominator = word(entry.offset + index * 8 + 4, 4), denominator > 0
            else { return nil }
            values.append(Double(numerator) / Double(denominator))
        }
        return values
    }

    /// Text up to its first zero byte and `limit`, without control characters and surrounding space; nil when nothing
    /// is left.
    func text(_ entry: Entry?, limit: Int) -> String? {
        guard let entry, entry.type == 2 || entry.type == 7, entry.count > 0 else { return nil }
        let length = min(entry.count, limit)
        guard entry.offset >= 0, entry.offset <= block.count - min(length, block.count), length <= block.count
        else { return nil }
        let start = block.startIndex + entry.offset
        let bytes = block[start..<min(start + length, block.endIndex)].prefix { $0 != 0 }
        let text = String(decoding: bytes, as: UTF8.self)
        let printable = String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f && $0 != "\u{fffd}" })
        let trimmed = printable.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
