import HearthCore

/// Whole numbers as differences, in units of their greatest common divisor (times in milliseconds are stored as such), in as
/// many bytes as the largest needs, all first bytes first, so that Zstandard finds what repeats.
enum IntegerCoding {
    static func write(_ values: [Int64], to writer: inout ByteWriter) throws {
        guard let first = values.first else { return }
        writer.varint(zigzag(first))
        let count = values.count - 1
        var unit: UInt64 = 0
        for index in 0..<count where unit != 1 {
            unit = greatestCommonDivisor(unit, (values[index + 1] &- values[index]).magnitude)
        }
        writer.varint(unit)
        if unit == 0 { return }
        var steps = [UInt64](repeating: 0, count: count)
        var all: UInt64 = 0
        for index in 0..<count {
            let difference = values[index + 1] &- values[index]
            let size = Int64(bitPattern: difference.magnitude / unit)
            steps[index] = zigzag(difference < 0 ? 0 &- size : size)
            all |= steps[index]
        }
        let width = (64 - all.leadingZeroBitCount + 7) / 8
        writer.byte(UInt8(width))
        let planes = [UInt8](unsafeUninitializedCapacity: width * count) { target, written in
            for plane in 0..<width {
                let shift = UInt64(plane * 8)
                let base = plane * count
                for index in 0..<count { target[base + index] = UInt8(truncatingIfNeeded: steps[index] >> shift) }
            }
            written = width * count
        }
        try Zstandard.write(planes, to: &writer)
    }

    /// Reads `count` numbers.
    static func read(_ reader: inout ByteReader, count: Int) throws -> [Int64] {
        guard count > 0 else { return [] }
        let first = unzigzag(try reader.varint())
        let unit = try reader.varint()
        if unit == 0 { return Array(repeating: first, count: count) }
        let width = Int(try reader.byte())
        guard width >= 1, width <= 8 else { throw ChunkDamage(description: "a width in it is impossible") }
        let steps = count - 1
        let planes = try Zstandard.read(&reader, limit: width * steps)
        guard planes.count == width * steps else { throw ChunkDamage(description: "a part of it has the wrong size") }
        let multiplier = Int64(bitPattern: unit)
        return [Int64](unsafeUninitializedCapacity: count) { target, written in
            planes.withUnsafeBufferPointer { planes in
                var value = first
                target[0] = value
                for index in 0..<steps {
                    var step: UInt64 = 0
                    for plane in 0..<width {
                        step |= UInt64(planes[plane &* steps &+ index]) << UInt64(plane &* 8)
                    }
                    value = value &+ unzigzag(step) &* multiplier
                    target[index + 1] = value
                }
            }
            written = count
        }
    }

    /// Small numbers of either sign become small ones without.
    @inline(__always)
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    @inline(__always)
    static func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

    private static func greatestCommonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }
}
