import HearthCore
import HearthTesting
import Testing

/// Yusuke Kawasaki's corpus: values with all their encodings, the first of which is the smallest.
@Suite(
    "MessagePack test suite",
    .enabled(if: TestData.has("msgpack-test-suite"), "needs msgpack-test-suite of the test data"))
struct MessagePackSuiteTests {
    private struct Case {
        var group: String
        var value: JSONValue
        var encodings: [[UInt8]]
    }

    private func bytes(_ text: String) throws -> [UInt8] {
        try text.split(separator: "-").map { try #require(UInt8($0, radix: 16)) }
    }

    private func cases() throws -> [Case] {
        let suite = try JSONValue(parsing: TestData.bytes("msgpack-test-suite/dist/msgpack-test-suite.json"))
        return try #require(suite.object).flatMap { group, cases in
            try #require(cases.array).map { value in
                let encodings = try #require(value["msgpack"]?.array).map { try bytes(try #require($0.string)) }
                return Case(group: group, value: value, encodings: encodings)
            }
        }
    }

    /// What a case should read as, in JSON.
    private func expected(_ value: JSONValue) throws -> JSONValue {
        for key in ["nil", "bool", "string", "array", "map"] { if let plain = value[key] { return plain } }
        if let big = value["bignum"]?.string { return try JSONValue(parsing: big) }
        if let number = value["number"] { return number }
        if let binary = value["binary"]?.string ?? value["ext"]?[1]?.string {
            return .string(Base64.encode(try bytes(binary)))
        }
        let parts = try #require(value["timestamp"]?.array)
        let seconds = try #require(parts.first?.int64)
        let nanoseconds = try #require(parts.last?.int64)
        return .string(Timestamp(microseconds: seconds * 1_000_000 + nanoseconds / 1000).description)
    }

    @Test("every encoding of every value reads as that value")
    func decoding() throws {
        var decoded = 0
        for item in try cases() {
            let expected = try expected(item.value)
            for encoding in item.encodings {
                let document = try RoundTrip.parseMessagePack(encoding)
                let value = document.withRoot { JSONValue($0) }
                // An integer and a float of the same value are the same number.
                if let number = expected.double { #expect(value.double == number) } else { #expect(value == expected) }
                if let big = item.value["bignum"]?.string {
                    #expect(document.withRoot { $0.largeUnsigned?.description ?? $0.int64?.description } == big)
                }
                if let type = item.value["ext"]?[0]?.int64 {
                    #expect(document.withRoot { $0.extensionType.map(Int64.init) } == type)
                    #expect(document.withRoot { $0.holdsExtension && $0.holdsInexact })
                }
                decoded += 1
            }
        }
        print("msgpack-test-suite: \(decoded) encodings decoded")
        #expect(decoded >= 230)
    }

    @Test("what was read is written in the smallest encoding of the suite, timestamps and extensions too")
    func encoding() throws {
        var written = 0
        for item in try cases() {
            let smallest = try #require(item.encodings.map(\.count).min())
            for encoding in item.encodings {
                let again = try RoundTrip.messagePack(RoundTrip.parseMessagePack(encoding))
                // The suite also lists floats for whole numbers, which are smaller than integers of 64 bits.
                if item.value["bignum"] == nil { #expect(again.count == smallest, "\(item.value.text)") }
                #expect(item.encodings.contains(again), "\(item.value.text): \(again)")
                written += 1
            }
        }
        print("msgpack-test-suite: \(written) encodings written in the smallest form")
        #expect(written >= 230)
    }

    @Test("Swift values are written in the smallest encoding of the suite")
    func writingValues() throws {
        var written = 0
        for item in try cases() {
            var writer = MessagePackWriter()
            if let binary = item.value["binary"]?.string {
                try bytes(binary).withUnsafeBufferPointer { writer.write(binary: $0) }
            } else if let parts = item.value["ext"]?.array {
                let type = try #require(parts.first?.int64)
                try bytes(try #require(parts.last?.string)).withUnsafeBufferPointer {
                    writer.write(extension: Int8(type), $0)
                }
            } else if let parts = item.value["timestamp"]?.array {
                let nanoseconds = try #require(parts.last?.int64)
                // Hearth's time has microseconds.
                guard nanoseconds % 1000 == 0 else { continue }
                writer.write(Timestamp(microseconds: (parts[0].int64 ?? 0) * 1_000_000 + nanoseconds / 1000))
            } else if let big = item.value["bignum"]?.string, Int64(big) == nil {
                // No Int64 holds it; a parsed document does.
                continue
            } else {
                writer.write(try expected(item.value))
            }
            #expect(item.encodings.contains(writer.bytes), "\(item.value.text): \(writer.bytes)")
            written += 1
        }
        #expect(written >= 70)
    }
}
