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

    /// What a case should read as, in JSON; nil for what Hearth refuses.
    private func expected(_ value: JSONValue) throws -> JSONValue? {
        for key in ["nil", "bool", "string", "array", "map"] { if let plain = value[key] { return plain } }
        if let big = value["bignum"]?.string { return try JSONValue(parsing: big) }
        if let number = value["number"] { return number }
        if let binary = value["binary"]?.string { return .string(Base64.encode(try bytes(binary))) }
        if let parts = value["timestamp"]?.array {
            let seconds = try #require(parts.first?.int64)
            let nanoseconds = try #require(parts.last?.int64)
            return .string(Timestamp(microseconds: seconds * 1_000_000 + nanoseconds / 1000).description)
        }
        return nil
    }

    @Test("every encoding of every representable value reads as that value; only extensions are refused")
    func decoding() throws {
        var decoded = 0
        var refused: [String: Int] = [:]
        for item in try cases() {
            let expected = try expected(item.value)
            for encoding in item.encodings {
                guard let expected else {
                    #expect(throws: JSONError.self) { try RoundTrip.parseMessagePack(encoding) }
                    refused[item.group, default: 0] += 1
                    continue
                }
                let document = try RoundTrip.parseMessagePack(encoding)
                let value = document.withRoot { JSONValue($0) }
                // An integer and a float of the same value are the same number.
                if let number = expected.double { #expect(value.double == number) } else { #expect(value == expected) }
                decoded += 1
            }
        }
        print("msgpack-test-suite: \(decoded) encodings decoded; refused: \(refused)")
        #expect(decoded >= 200)
        #expect(Set(refused.keys) == ["60.ext.yaml"])
    }

    @Test("what is written is the smallest encoding of the suite")
    func encoding() throws {
        var written = 0
        var inexact: [String] = []
        for item in try cases() {
            guard try expected(item.value) != nil else { continue }
            let smallest = try #require(item.encodings.map(\.count).min())
            var writer = MessagePackWriter()
            if let binary = item.value["binary"]?.string {
                try bytes(binary).withUnsafeBufferPointer { writer.write(binary: $0) }
            } else if let parts = item.value["timestamp"]?.array {
                let nanoseconds = try #require(parts.last?.int64)
                // Hearth's time has microseconds.
                guard nanoseconds % 1000 == 0 else { continue }
                writer.write(Timestamp(microseconds: (parts[0].int64 ?? 0) * 1_000_000 + nanoseconds / 1000))
            } else {
                let value = try #require(try expected(item.value))
                // 2^64 - 1 is the one number of the suite that neither Int64 nor Double holds.
                if item.value["bignum"] == "18446744073709551615" {
                    inexact.append("2^64 - 1")
                    continue
                }
                writer.write(value)
                // The reader keeps the form it was given; from there the same smallest form comes out.
                for encoding in item.encodings {
                    #expect(try RoundTrip.messagePack(RoundTrip.parseMessagePack(encoding)) == writer.bytes)
                }
            }
            // The suite also lists floats for whole numbers, which are smaller than integers of 64 bits.
            if item.value["bignum"] == nil { #expect(writer.bytes.count == smallest, "\(item.value.text)") }
            #expect(item.encodings.contains(writer.bytes), "\(item.value.text): \(writer.bytes)")
            written += 1
        }
        print("msgpack-test-suite: \(written) values written in their smallest form; not held exactly: \(inexact)")
        #expect(written >= 68)
    }
}
