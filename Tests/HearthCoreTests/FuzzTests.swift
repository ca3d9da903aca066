import Foundation
import HearthCore
import HearthTesting
import OrderedCollections
import Testing

@Suite("FuzzJSON")
struct FuzzJSONTests {
    @Test(
        "mutated texts never crash the parser, and what it takes survives being written",
        .enabled(if: TestData.has("json-test-suite"), "needs json-test-suite of the test data"))
    func mutants() throws {
        let folder = "json-test-suite/test_parsing"
        var corpus = try TestData.names(in: folder).map { try TestData.bytes(folder + "/" + $0) }
        var random = RandomJSON(seed: 6)
        // As many again of valid texts, so that many mutants get past the first bytes.
        for _ in 0..<corpus.count { corpus.append(Array(random.value(depth: 2).text.utf8)) }
        var fuzz = Fuzz(corpus: corpus)
        let tally = try fuzz.run { bytes in
            guard let document = try? JSONDocument(parsing: bytes) else {
                #expect((try? JSONDocument(parsing: bytes, options: .strict)) == nil)
                return false
            }
            try RoundTrip.check(document)
            return true
        }
        print("FuzzJSON: \(tally)")
    }
}

@Suite("FuzzMessagePack")
struct FuzzMessagePackTests {
    @Test(
        "mutated bytes never crash the parser, and what it takes survives being written",
        .enabled(if: TestData.has("msgpack-test-suite"), "needs msgpack-test-suite of the test data"))
    func mutants() throws {
        var corpus: [[UInt8]] = []
        let suite = try JSONValue(parsing: TestData.bytes("msgpack-test-suite/dist/msgpack-test-suite.json"))
        for item in (suite.object?.values).map(Array.init) ?? [] {
            for encoding in (item.array ?? []).flatMap({ $0["msgpack"]?.array ?? [] }) {
                corpus.append((encoding.string ?? "").split(separator: "-").compactMap { UInt8($0, radix: 16) })
            }
        }
        var random = RandomJSON(seed: 5)
        for _ in 0..<50 {
            var writer = MessagePackWriter()
            writer.write(random.value())
            corpus.append(writer.bytes)
        }
        var fuzz = Fuzz(corpus: corpus)
        let tally = try fuzz.run { bytes throws -> Bool in
            let options = JSONOptions(maximumDepth: 64)
            var offset = 0
            let first = bytes.withUnsafeBytes {
                try? JSONDocument.nextMessagePack(in: $0, at: &offset, options: options)
            }
            guard let document = try? RoundTrip.parseMessagePack(bytes, options: options) else { return false }
            // What fills the input is also the first value of it.
            #expect(first.map(RoundTrip.messagePack) == RoundTrip.messagePack(document))
            #expect(offset == bytes.count)
            let packed = RoundTrip.messagePack(document)
            #expect(try RoundTrip.messagePack(RoundTrip.parseMessagePack(packed)) == packed)
            // Bytes turn into base64 text on the way to JSON; the text is stable from there.
            let text = RoundTrip.text(document)
            #expect(try RoundTrip.text(JSONDocument(parsing: text)) == text)
            return true
        }
        print("FuzzMessagePack: \(tally)")
    }
}
