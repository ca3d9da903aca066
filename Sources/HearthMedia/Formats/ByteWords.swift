/// Big- and little-endian words out of a block; 0 where the block ends too early cannot happen, because every reader
/// checks the length first, and `nil` says so where it may.
extension ArraySlice<UInt8> {
    package func word(at offset: Int, bytes count: Int, littleEndian: Bool) -> Int? {
        guard offset >= 0, count <= 7, offset <= self.count - count else { return nil }
        var value = 0
        for index in 0..<count {
            let byte = Int(self[startIndex + offset + index])
            value = littleEndian ? value | byte << (8 * index) : value << 8 | byte
        }
        return value
    }

    package func bigEndian16(_ offset: Int) -> Int? { word(at: offset, bytes: 2, littleEndian: false) }
    package func bigEndian32(_ offset: Int) -> Int? { word(at: offset, bytes: 4, littleEndian: false) }
    package func littleEndian16(_ offset: Int) -> Int? { word(at: offset, bytes: 2, littleEndian: true) }
    package func littleEndian32(_ offset: Int) -> Int? { word(at: offset, bytes: 4, littleEndian: true) }

    package func hasText(_ text: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, offset <= count - text.utf8CodeUnitCount else { return false }
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return self[(startIndex + offset)...].starts(with: expected)
    }
}
