import CHearthKernels
import HearthCore

/// CRC-32C, as every part of the index's files has one.
func checksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
    hearth_crc32c(before, bytes.baseAddress, bytes.count)
}

func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    Array(bytes).withUnsafeBytes { checksum($0) }
}

extension [UInt8] {
    /// Appends the value in little-endian order.
    mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(little id: UniqueID) {
        append(little: id.high)
        append(little: id.low)
    }
}

/// Reads what `append(little:)` wrote; nil past the end.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard let bytes = bytes(MemoryLayout<Integer>.size) else { return nil }
        var value: Integer = 0
        for (index, byte) in bytes.enumerated() { value |= Integer(truncatingIfNeeded: byte) << Integer(index * 8) }
        return value
    }

    /// UTF-8 behind its length in 16 bits.
    mutating func text() -> String? {
        guard let length = integer(UInt16.self), let bytes = bytes(Int(length)) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
