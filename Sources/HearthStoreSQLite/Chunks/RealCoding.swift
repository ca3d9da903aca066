import HearthCore

/// Doubles without loss, in the form that turns out smallest. Each form maps them to whole numbers.
enum RealCoding {
    private enum Form: UInt8 {
        /// Whole numbers over a power of ten: what was written as decimal text.
        case decimal = 1
        /// What fits 32-bit floats: most sensors.
        case float = 2
        case double = 3
        /// Sorted distinct values and the place of each: sensors with few levels.
        case floatLevels = 4
        case doubleLevels = 5
    }

    private static let powersOfTen = [1.0, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

    /// Writes finite doubles.
    static func write(_ values: [Double], to writer: inout ByteWriter) throws {
        if values.isEmpty { return }
        var best: [UInt8]?
        func consider(_ form: Form, _ body: (inout ByteWriter) throws -> Void) throws {
            var candidate = ByteWriter()
            candidate.byte(form.rawValue)
            try body(&candidate)
            if candidate.bytes.count < best?.count ?? .max { best = candidate.bytes }
        }
        if let (power, numbers) = decimals(values) {
            try consider(.decimal) { writer in
                writer.byte(UInt8(power))
                try IntegerCoding.write(numbers, to: &writer)
            }
        }
        let areFloats = values.allSatisfy { Double(Float($0)) == $0 }
        let numbers = values.map { areFloats ? ordered(Float($0)) : ordered($0) }
        try consider(areFloats ? .float : .double) { try IntegerCoding.write(numbers, to: &$0) }
        let levels = Set(numbers).sorted()
        if levels.count <= values.count / 2 {
            let places = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($0.element, Int64($0.offset)) })
            try consider(areFloats ? .floatLevels : .doubleLevels) { writer in
                writer.varint(levels.count)
                try IntegerCoding.write(levels, to: &writer)
                try IntegerCoding.write(numbers.map { places[$0] ?? 0 }, to: &writer)
            }
        }
        writer.append(best ?? [])
    }

    /// Reads `count` doubles.
    static func read(_ reader: inout ByteReader, count: Int) throws -> [Double] {
        guard count > 0 else { return [] }
        guard let form = Form(rawValue: try reader.byte()) else {
            throw ChunkDamage(description: "a column of it has an unknown form")
        }
        switch form {
        case .decimal:
            let power = Int(try reader.byte())
            guard power < powersOfTen.count else { throw ChunkDamage(description: "a scale in it is impossible") }
            let scale = powersOfTen[power]
            return try IntegerCoding.read(&reader, count: count).map { Double($0) / scale }
        case .float: return try IntegerCoding.read(&reader, count: count).map(float)
        case .double: return try IntegerCoding.read(&reader, count: count).map(double)
        case .floatLevels, .doubleLevels:
            let levelCount = try reader.count(limit: count)
            let levels = try IntegerCoding.read(&reader, count: levelCount)
                .map { form == .floatLevels ? float($0) : double($0) }
            return try IntegerCoding.read(&reader, count: count).map { place in
                guard place >= 0, place < levelCount else {
                    throw ChunkDamage(description: "a level in it is impossible")
                }
                return levels[Int(place)]
            }
        }
    }

    /// The smallest power of ten that makes all of them whole, and the whole numbers.
    private static func decimals(_ values: [Double]) -> (power: Int, numbers: [Int64])? {
        // The largest whole number below which every one is a double.
        let limit = 9_007_199_254_740_992.0
        var power = 0
        for value in values {
            while true {
                let scaled = (value * powersOfTen[power]).rounded()
                // The division is exact to the last bit, so this is the very operation of the reader.
                if abs(scaled) < limit, scaled / powersOfTen[power] == value { break }
                power += 1
                if power == powersOfTen.count { return nil }
            }
        }
        var numbers: [Int64] = []
        numbers.reserveCapacity(values.count)
        for value in values {
            let scaled = (value * powersOfTen[power]).rounded()
            guard abs(scaled) < limit, scaled / powersOfTen[power] == value else { return nil }
            numbers.append(Int64(scaled))
        }
        return (power, numbers)
    }

    // Bit patterns in the order of the numbers, so that near values give near patterns.

    private static func ordered(_ value: Float) -> Int64 {
        let bits = Int32(bitPattern: value.bitPattern)
        return Int64(bits < 0 ? bits ^ Int32.max : bits)
    }

    private static func float(_ number: Int64) -> Double {
        let bits = Int32(truncatingIfNeeded: number)
        return Double(Float(bitPattern: UInt32(bitPattern: bits < 0 ? bits ^ Int32.max : bits)))
    }

    private static func ordered(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: value.bitPattern)
        return bits < 0 ? bits ^ Int64.max : bits
    }

    private static func double(_ bits: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: bits < 0 ? bits ^ Int64.max : bits))
    }
}
