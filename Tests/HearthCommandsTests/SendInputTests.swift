import Foundation
import HearthCore
import Testing

@testable import HearthCommands

@Suite struct JSONSplitterTests {
    /// The items of a text that comes in portions of every size.
    private func items(_ text: String) -> [[String]] {
        let bytes = Array(text.utf8)
        return [1, 2, 3, 7, max(1, bytes.count)].map { size in
            var splitter = JSONSplitter()
            var found: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                splitter.feed(bytes[start..<min(start + size, bytes.count)])
                found += splitter.take().map { String(decoding: $0.text, as: UTF8.self) }
            }
            splitter.finish()
            return found + splitter.take().map { String(decoding: $0.text, as: UTF8.self) }
        }
    }

    @Test(arguments: [
        ("[1, 2 ,3]", ["1", "2", "3"]),
        (#"[{"a":"],[{"},{"b":[1,{"c":"\\\""}]}]"#, [#"{"a":"],[{"}"#, #"{"b":[1,{"c":"\\\""}]}"#]),
        ("{\"a\":1}{\"b\":2}\n{\"c\":3}", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        ("  \n[]\n", []),
        ("", []),
        (#""a" "b"1 2"#, [#""a""#, #""b""#, "1", "2"]),
        ("[1][2]", ["1", "2"]),
        (#"[{"a":1},{"b":"#, [#"{"a":1}"#, #"{"b":"#]),
    ])
    func cutsWhereValuesEnd(_ text: String, _ expected: [String]) {
        for found in items(text) { #expect(found == expected) }
    }

    @Test func linesAreCounted() {
        var splitter = JSONSplitter()
        splitter.feed("[\n{\"a\":\n1},\n\n{\"b\":2}]".utf8)
        #expect(splitter.take().map(\.line) == [2, 5])
    }
}

@Suite struct ItemReaderTests {
    private func read(_ bytes: [UInt8], _ format: ItemFormat) throws -> (items: [SendItem], refused: [RefusedItem]) {
        try TemporaryFolder.use { folder in
            let path = folder + "/input"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            var reader = ItemReader(descriptor: file.fileDescriptor, name: path, format: format)
            var items: [SendItem] = []
            while let item = try reader.next() { items.append(item) }
            #expect(reader.bytesRead == bytes.count)
            return (items, reader.takeRefused())
        }
    }

    @Test func brokenLineSparesItsNeighbours() throws {
        let (items, refused) = try read(Array("{\"a\":1}\n\nnot json\n{\"b\":2}\r\n{\"c\":3}".utf8), .ndjson)
        #expect(items.map(\.place) == [1, 4, 5])
        #expect(refused.map(\.place) == [3])
    }

    @Test func envelopeReachesItsReadings() throws {
        let text = #"{"device_id":"d","stream":"s","readings":[{"a":1},{"a":2}]}"#
        let (items, _) = try read(Array(text.utf8), .json)
        #expect(items.map { String(decoding: $0.json, as: UTF8.self) } == ["{\"a\":1}", "{\"a\":2}"])
        #expect(items.allSatisfy { $0.device == "d" && $0.stream == "s" })
    }

    @Test func duplicateKeysAreRefusedBeforeTheyTravel() throws {
        let (items, refused) = try read(Array(#"[{"a":1,"a":2},{"a":3}]"#.utf8), .json)
        #expect(items.count == 1)
        #expect(refused.count == 1)
    }

    @Test func messagePackValuesFollowEachOther() throws {
        // {"a":1} {"readings":[{"a":2}]} and a value that is cut off.
        let bytes: [UInt8] =
            [0x81, 0xa1, 0x61, 0x01, 0x81, 0xa8] + Array("readings".utf8) + [0x91, 0x81, 0xa1, 0x61, 0x02, 0x82, 0xa1]
        let (items, refused) = try read(bytes, .msgpack)
        #expect(items.map { String(decoding: $0.json, as: UTF8.self) } == ["{\"a\":1}", "{\"a\":2}"])
        #expect(refused.map(\.place) == [3])
    }

    @Test func formatComesFromTheName() {
        #expect(ItemFormat.of(fileName: "a.b/readings.JSONL") == .ndjson)
        #expect(ItemFormat.of(fileName: "x.msgpack") == .msgpack)
        #expect(ItemFormat.of(fileName: "x.csv") == nil)
        #expect(ItemFormat.of(fileName: "x") == nil)
    }

    @Test func batchesHaveOneEnvelopeAndABound() async throws {
        let folder = try TemporaryFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/input.ndjson"
        let lines = (0..<2500).map { "{\"n\":\($0)}\n" }.joined() + "{\"device_id\":\"x\",\"readings\":[{\"n\":1}]}\n"
        try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let source = BatchSource(
            ItemReader(descriptor: file.fileDescriptor, name: path, format: .ndjson), device: "d", stream: "s")
        var batches: [SendBatch] = []
        while let batch = try await source.next() { batches.append(batch) }
        #expect(batches.map(\.items.count) == [1000, 1000, 500, 1])
        #expect(batches.map(\.device) == ["d", "d", "d", "x"])
        let body = try JSONValue(parsing: batches[3].body)
        #expect(body == ["device_id": "x", "stream": "s", "readings": [["n": 1]]])
        try file.close()
    }
}

@Suite struct RetryMachineTests {
    private let busy = HearthError(.overloaded, "", disposition: .retry)

    @Test func waitsDoubleUpToABound() {
        var machine = RetryMachine(limit: 100)
        var waits: [Duration] = []
        for _ in 0..<12 {
            if case .wait(let wait) = machine.failed(busy, random: 1) { waits.append(wait) }
        }
        #expect(waits.count == 12)
        #expect(waits.prefix(2) == [.milliseconds(250), .milliseconds(500)])
        #expect(waits.last == .seconds(30))
        machine.succeeded()
        #expect(machine.failed(busy, random: 0) == .wait(.milliseconds(125)))
    }

    @Test func whatTheServerAsksForCountsMore() {
        var machine = RetryMachine(limit: 3)
        var error = busy
        error.retryAfter = .seconds(7)
        #expect(machine.failed(error, random: 1) == .wait(.seconds(7)))
    }

    @Test func givesUp() {
        var machine = RetryMachine(limit: 1)
        #expect(machine.failed(HearthError(.invalidValue, ""), random: 0) == .giveUp)
        _ = machine.failed(busy, random: 0)
        #expect(machine.failed(busy, random: 0) == .giveUp)
    }
}

@Suite struct ServerAddressTests {
    @Test func urlsAreReadAndWritten() {
        for url in ["http://127.0.0.1:8000", "https://hearth.example", "http://[::1]:9000", "https://a.b:8443/hearth"] {
            #expect(ServerAddress(url: url)?.description == url)
        }
        #expect(ServerAddress(url: "https://a/b/")?.prefix == "/b")
        for wrong in [
            "", "127.0.0.1:8000", "ftp://a", "http://", "http://a:0", "http://a:x", "http://u@a", "http://[::1",
        ] {
            #expect(ServerAddress(url: wrong) == nil, "\(wrong)")
        }
    }

    @Test func anyAddressIsReachedOverLoopback() {
        #expect(ServerAddress(listening: "0.0.0.0", port: 1, usesTLS: false).description == "http://127.0.0.1:1")
        #expect(ServerAddress(listening: "::", port: 1, usesTLS: true).description == "https://[::1]:1")
    }

    @Test func queriesAreEncoded() {
        let call = HTTPCall.get("/a", [("from", "2026-11-21T00:00:00+01:00"), ("none", nil), ("b c", "ü&")])
        #expect(call.target(prefix: "/p") == "/p/a?from=2026-11-21T00%3A00%3A00%2B01%3A00&b%20c=%C3%BC%26")
    }
}
