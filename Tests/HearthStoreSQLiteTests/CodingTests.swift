import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthStoreSQLite

@Suite("Column coding")
struct CodingTests {
    private func roundTrip(_ values: [Int64]) throws -> (values: [Int64], bytes: Int) {
        var writer = ByteWriter()
        try IntegerCoding.write(values, to: &writer)
        let decoded = try writer.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let decoded = try IntegerCoding.read(&reader, count: values.count)
            #expect(reader.isAtEnd)
            return decoded
        }
        return (decoded, writer.bytes.count)
    }

    private func roundTrip(_ values: [Double]) throws -> (values: [Double], bytes: Int) {
        var writer = ByteWriter()
        try RealCoding.write(values, to: &writer)
        let decoded = try writer.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let decoded = try RealCoding.read(&reader, count: values.count)
            #expect(reader.isAtEnd)
            return decoded
        }
        return (decoded, writer.bytes.count)
    }

    @Test(
        "Whole numbers come back",
        arguments: [
            [], [0], [.min], [.min, .max], [.max, .min, .max], [5, 5, 5], [1, 2, 3, 4],
            [0, .min, 1, .max, -1, .min], [10, 20, 40, 30], [Int64.max, Int64.max - 6, Int64.max - 3],
        ] as [[Int64]])
    func wholeNumbers(_ values: [Int64]) throws {
        #expect(try roundTrip(values).values == values)
    }

    @Test("Random whole numbers of every size come back")
    func randomWholeNumbers() throws {
        var generator = SplitMix64(seed: 1)
        for bits in 1...63 {
            let values = (0..<100).map { _ in
                Int64.random(in: -(1 << (bits - 1))...(1 << (bits - 1) - 1), using: &generator)
            }
            #expect(try roundTrip(values).values == values)
        }
    }

    @Test("Regular times take almost no space")
    func regularTimes() throws {
        let times = (0..<8192).map { 1_742_979_600_000_000 + Int64($0) * 10_000 }
        let (decoded, bytes) = try roundTrip(times)
        #expect(decoded == times)
        #expect(bytes < 40)
    }

    @Test(
        "Reals come back to the last bit",
        arguments: [
            [0, 0.1, -0.1, 19.99, 1e-8, 123_456.789], [1, 2, 3], [0.1, 1.0 / 3], [1.5, 2.25, -7.125, 1e30],
            [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0],
            [9_007_199_254_740_993, 9_007_199_254_740_991, -9_007_199_254_740_992], [1e22, 1e23, 5e-324 * 3], [],
            [Double(Float.greatestFiniteMagnitude), Double(Float.leastNonzeroMagnitude), 0.5],
        ] as [[Double]])
    func reals(_ values: [Double]) throws {
        let decoded = try roundTrip(values).values
        #expect(decoded.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("Random reals of every kind come back")
    func randomReals() throws {
        var generator = SplitMix64(seed: 2)
        func finite() -> Double {
            while true {
                let value = Double(bitPattern: generator.next())
                if value.isFinite, value != 0 { return value }
            }
        }
        let kinds: [() -> Double] = [
            finite, { Double(Float.random(in: -100...100, using: &generator)) },
            { Double(Int.random(in: -99_999...99_999, using: &generator)) / 1000 + 0 },
            { [1.25, finite(), 2.5].randomElement(using: &generator) ?? 0 },
            { Double(Int.random(in: 0...20, using: &generator)) * 0.3 },
        ]
        for kind in kinds {
            for count in [1, 2, 50, 1000] {
                let values = (0..<count).map { _ in kind() }
                let decoded = try roundTrip(values).values
                #expect(decoded.map(\.bitPattern) == values.map(\.bitPattern))
            }
        }
    }

    @Test("Bytes come back, compressed or not", arguments: [0, 1, 16, 17, 1000])
    func bytes(count: Int) throws {
        var generator = SplitMix64(seed: 3)
        for isRandom in [true, false] {
            let bytes = (0..<count).map { _ in isRandom ? UInt8.random(in: 0...255, using: &generator) : 7 }
            var writer = ByteWriter()
            try Zstandard.write(bytes, to: &writer)
            let decoded = try writer.bytes.withUnsafeBytes { stored in
                var reader = ByteReader(stored)
                return try Zstandard.read(&reader, limit: count)
            }
            #expect(decoded == bytes)
        }
    }

    @Test("Every changed or missing byte of a chunk is noticed")
    func damage() throws {
        let stream = try ContractReadings.motion()
        let coding = ChunkCoding(digest: ContractReadings.digest)
        var batch = ReadingBatch(stream: stream)
        let (person, device) = (UniqueID(high: 1, low: 2), UniqueID(high: 3, low: 4))
        for index in 0..<20 {
            let time = Timestamp(microseconds: Int64(index) * 1000)
            batch.heads.append(ReadingHead(person: person, device: device, timestamp: time, received: time))
            for column in 0..<batch.width { batch.cells.append(column < 3 ? .real(Double(index)) : .null) }
        }
        ContractReadings.digest.seal(&batch)
        let place = ChunkCoding.Place(
            stream: 1, device: 1, person: 1, firstTime: 0, readings: batch.count, generation: 1)
        let bytes = try coding.encode(batch, sequences: (1...20).map { $0 }, place: place)
        func decode(_ bytes: [UInt8], _ place: ChunkCoding.Place) throws -> ReadingColumns {
            try bytes.withUnsafeBytes {
                try coding.decode($0, place: place, definition: stream, device: device)
            }
        }
        let whole = try decode(bytes, place)
        #expect(whole.digests == batch.heads.map { Int64(bitPattern: $0.digest) })
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(throws: ChunkDamage.self) { try decode(damaged, place) }
            #expect(throws: ChunkDamage.self) { try decode(Array(bytes[..<index]), place) }
        }
        var elsewhere = place
        elsewhere.device = 2
        #expect(throws: ChunkDamage.self) { try decode(bytes, elsewhere) }
    }
}
