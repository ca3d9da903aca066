import HearthCore
import HearthTesting
import OrderedCollections
import Testing

@Suite("MessagePack")
struct MessagePackTests {
    private func next(_ bytes: [UInt8], at offset: inout Int) throws(JSONError) -> JSONValue {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONDocument.nextMessagePack(in: bytes, at: &offset) }
        }
        return try result.get().withRoot { JSONValue($0) }
    }

    @Test("random values survive being written and read, alone and one behind the other")
    func randomValues() throws {
        var random = RandomJSON(seed: 7)
        var values: [JSONValue] = []
        var writer = MessagePackWriter()
        for _ in 0..<300 {
            let value = random.value()
            values.append(value)
            let start = writer.bytes.count
            writer.write(value)
            let read = try RoundTrip.parseMessagePack(Array(writer.bytes[start...]))
            #expect(read.withRoot { JSONValue($0) } == value)
        }
        var offset = 0
        for value in values { #expect(try next(writer.bytes, at: &offset) == value) }
        #expect(offset == writer.bytes.count)
        #expect(throws: JSONError(.unexpectedEnd, at: offset)) { try next(writer.bytes, at: &offset) }
    }

    @Test("lengths at every border of the format", arguments: [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536])
    func lengths(count: Int) throws {
        let values: [JSONValue] = [
            .string(String(repeating: "a", count: count)), .array(Array(repeating: 1, count: count)),
            .object(.init(uniqueKeysWithValues: (0..<count).map { (String($0), .null) })),
        ]
        for value in values {
            var writer = MessagePackWriter()
            writer.write(value)
            #expect(try RoundTrip.parseMessagePack(writer.bytes).withRoot { JSONValue($0) } == value)
        }
        let binary = [UInt8](repeating: 200, count: count)
        var writer = MessagePackWriter()
        binary.withUnsafeBufferPointer { writer.write(binary: $0) }
        let document = try RoundTrip.parseMessagePack(writer.bytes)
        document.withRoot { root in
            #expect(root.kind == .binary)
            #expect(Array(root.utf8) == binary)
        }
        #expect(RoundTrip.messagePack(document) == writer.bytes)
    }

    @Test("integers at every border of the format")
    func integers() throws {
        for shift in 0..<63 {
            for offset in [-1, 0, 1] as [Int64] {
                for value in [Int64(1) << Int64(shift) + offset, -(Int64(1) << Int64(shift)) + offset] {
                    var writer = MessagePackWriter()
                    writer.write(value)
                    let read = try RoundTrip.parseMessagePack(writer.bytes).withRoot { $0.int64 }
                    #expect(read == value)
                }
            }
        }
        for (value, bytes) in [
            (Int64.max, [0xcf, 0x7f] + [UInt8](repeating: 0xff, count: 7)), (.min, [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            var writer = MessagePackWriter()
            writer.write(value)
            #expect(writer.bytes == bytes)
        }
    }

    @Test("reals take 32 bits where that loses nothing")
    func reals() {
        for (value, bytes) in [
            (0.5, [0xca, 0x3f, 0, 0, 0]), (-0.0, [0xca, 0x80, 0, 0, 0]), (2.0, [2]), (.nan, [0xc0]),
            (.infinity, [0xc0]),
            (0.1, [0xcb, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a]),
        ] as [(Double, [UInt8])] {
            var writer = MessagePackWriter()
            writer.write(value)
            #expect(writer.bytes == bytes)
        }
    }

    @Test(
        "what JSON could not carry is refused",
        arguments: [
            [0xc1], [0xca, 0x7f, 0xc0, 0, 0], [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0x81, 0x01, 0x02],
            [0x81, 0xc4, 0x01, 0x61, 0x02],
            [0xa1, 0xff], [0xa2, 0xc0, 0x80], [0xa3, 0xed, 0xa0, 0x80],
            // A timestamp with too many nanoseconds, one of year 10000, one of five bytes.
            [0xd7, 0xff, 0xff, 0xff, 0xff, 0xfc, 0, 0, 0, 0],
            [0xc7, 0x0c, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80], [0xc7, 0x05, 0xff, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try RoundTrip.parseMessagePack(bytes) }
    }

    @Test(
        "a count that the input cannot hold is refused at once",
        arguments: [
            [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff], [0xdb, 0xff, 0xff, 0xff, 0xff],
            [0xc6, 0xff, 0xff, 0xff, 0xff], [0xc4], [0xcb, 0], [0x92, 0x01], [0x81, 0xa1, 0x61], [],
        ] as [[UInt8]])
    func truncated(bytes: [UInt8]) {
        #expect(throws: JSONError(.unexpectedEnd, at: bytes.count)) { try RoundTrip.parseMessagePack(bytes) }
        var offset = 0
        #expect(throws: JSONError(.unexpectedEnd, at: bytes.count)) { try next(bytes, at: &offset) }
        #expect(offset == 0)
    }

    @Test("nesting is bounded and duplicate keys are refused as in JSON")
    func limits() throws {
        let fits = [UInt8](repeating: 0x91, count: 127) + [0x90]
        _ = try RoundTrip.parseMessagePack(fits)
        #expect(throws: JSONError(.tooDeep(limit: 128), at: 129)) { try RoundTrip.parseMessagePack([0x91] + fits) }
        #expect(throws: JSONError.self) { try RoundTrip.parseMessagePack([UInt8](repeating: 0x91, count: 1_000_000)) }
        let twice: [UInt8] = [0x82, 0xa1, 0x61, 0x01, 0xa1, 0x61, 0x02]
        _ = try RoundTrip.parseMessagePack(twice)
        #expect(throws: JSONError(.duplicateKey("a"), at: 1)) {
            try RoundTrip.parseMessagePack(twice, options: .strict)
        }
        #expect(throws: JSONError(.trailingCharacters, at: 1)) { try RoundTrip.parseMessagePack([0x01, 0x02]) }
    }

    @Test("an error in a later value tells its place in the whole input")
    func laterError() throws {
        let bytes: [UInt8] = [0x01, 0xa1, 0xff]
        var offset = 0
        #expect(try next(bytes, at: &offset) == 1)
        #expect(throws: JSONError(.invalidUTF8, at: 2)) { try next(bytes, at: &offset) }
    }

    @Test("times become timestamps of the smallest form and read back as RFC 3339")
    func times() throws {
        for (text, count) in [
            ("2018-01-02T03:04:05Z", 6), ("2018-01-02T03:04:05.678901Z", 10), ("2106-02-07T06:28:16Z", 10),
            ("2514-05-30T01:53:04Z", 15), ("1969-12-31T23:59:59.5Z", 15), ("0000-01-01T00:00:00Z", 15),
            ("9999-12-31T23:59:59.999999Z", 15),
        ] {
            var writer = MessagePackWriter()
            writer.write(try #require(Timestamp(text)))
            #expect(writer.bytes.count == count)
            #expect(try RoundTrip.parseMessagePack(writer.bytes).withRoot { $0.string } == text)
        }
    }
}
