import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import NIOCore
import Testing

@testable import HearthServer

@Suite struct TextCursorTests {
    private func text(_ body: (inout TextCursor) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { room in
            guard let start = room.baseAddress else { return "" }
            var cursor = TextCursor(at: start)
            body(&cursor)
            return String(decoding: UnsafeBufferPointer(start: start, count: cursor.position - start), as: UTF8.self)
        }
    }

    @Test func doublesReadBackAsThemselvesAndAreShortest() {
        var generator = SplitMix64(seed: 3)
        func check(_ value: Double) {
            let text = text { $0.real(value) }
            #expect(text.utf8.count <= TextCursor.numberLength)
            guard value.isFinite else { return #expect(text == "null") }
            #expect(Double(text) == value || value == 0, "\(value) → \(text)")
            let description = "\(value)"
            let shortest = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
            if abs(value) < 1e7, abs(value) >= 1e-4 { #expect(text.count <= shortest.count, "\(value) → \(text)") }
        }
        for value in [
            0, -0.0, 1, -1, 0.1, 0.3, 1.0 / 3, 9.81, 1e15, 1e16, -1e22, 1e300, 0x1p-1074, .pi, .infinity, .nan,
            99_999_999.9999999, 123_456.7890123, 0.0000001, 0.00000015, 4_503_599_627_370_497.5,
        ] { check(value) }
        for _ in 0..<20_000 {
            check(Double(bitPattern: generator.next()))
            check(Double.random(in: -1000...1000, using: &generator))
            check((Double.random(in: -180...180, using: &generator) * 1e6).rounded() / 1e6)
            check(Double(Float.random(in: -20...20, using: &generator)))
        }
    }

    @Test func integersAreWritten() {
        for value in [0, 1, -1, 9, 10, 99, 100, 12_345, .max, .min, 1_000_000_000_000_000_000] as [Int64] {
            #expect(text { $0.integer(value) } == String(value))
        }
        #expect(text { $0.unsigned(.max) } == String(UInt64.max))
    }

    @Test func stringsAreEscapedAsTheWriterDoes() {
        for string in ["", "plain", "a\"b\\c", "\u{0}\u{1f}\u{7f}\n\r\t\u{8}\u{c}", "ä😀\u{2028}"] {
            var writer = JSONWriter()
            writer.write(string)
            var copy = string
            #expect(text { cursor in copy.withUTF8 { cursor.string($0) } } == writer.string)
        }
    }

    @Test func idsAreWrittenAsTheyDescribeThemselves() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<100 {
            let id = UniqueID(high: generator.next(), low: generator.next())
            #expect(text { $0.id(id) } == id.description)
        }
    }

    @Test func timesAreWrittenAsTheyDescribeThemselves() {
        var generator = SplitMix64(seed: 6)
        var times = TimestampText()
        var microseconds: Int64 = 1_795_255_200_000_000
        for index in 0..<5000 {
            microseconds +=
                index % 50 == 0
                ? Int64.random(in: -1 << 50...1 << 50, using: &generator)
                : Int64.random(in: 0...90_000_000, using: &generator)
            if microseconds % 3 == 0 { microseconds -= microseconds % 1000 }
            let time = Timestamp(microseconds: microseconds)
            #expect(text { times.write(time, to: &$0) } == time.description)
        }
    }
}

@Suite struct ReadingTextTests {
    /// A batch of rows with every kind of cell and hostile texts, and what it must read as.
    @Test func anyRowIsValidJSON() throws {
        let stream = try #require(try StreamRegistry(StreamRegistry.shipped())["generic"])
        var generator = SplitMix64(seed: 8)
        var batch = ReadingBatch(stream: stream)
        let pieces = ["\"", "\\", "\u{1}", "a", "ä", "😀", "\n", ",", "}", "]", ":"]
        func string() -> String {
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
        }
        for index in 0..<2000 {
            batch.heads.append(
                ReadingHead(
                    person: UniqueID(high: 1, low: 2), device: UniqueID(high: generator.next(), low: generator.next()),
                    timestamp: Timestamp(microseconds: Int64(index) * 1_234_567),
                    digest: generator.next() & RecordID.digestMask,
                    received: Timestamp(microseconds: Int64(index)), flags: ReadingFlags(rawValue: UInt8(index % 4))))
            for field in stream.fields {
                switch field.type {
                case .text: batch.cells.append(batch.textCell(string()))
                case .json: batch.cells.append(batch.textCell(JSONValue.array([.string(string()), [:], 1.5]).text))
                case .real: batch.cells.append(.real(Double.random(in: -1...1, using: &generator)))
                case .integer: batch.cells.append(.integer(Int64(index)))
                case .boolean: batch.cells.append(.integer(Int64(index % 2)))
                }
            }
            var extra: JSONValue = [:]
            for name in [string(), "flags", "received_at", "deep" + string()] where index % 3 > 0 {
                extra.set(name, ["a": .string(string()), "b": [.string(string())]])
            }
            var writer = JSONWriter()
            try JSONDocument(extra).withRoot { writer.writeCanonical($0) }
            batch.cells.append(extra == [:] ? .null : batch.textCell(writer.string))
        }
        var buffer = ByteBuffer()
        var text = ReadingText(stream)
        for row in 0..<batch.count { text.append(batch, row: row, ending: "\n", to: &buffer) }
        let lines = String(buffer: buffer).split(separator: "\n")
        #expect(lines.count == batch.count)
        for (row, line) in lines.enumerated() {
            let value = try JSONValue(parsing: Array(line.utf8), options: .strict)
            #expect(value["id"]?.string == batch.heads[row].recordID.description)
            #expect(value["flags"]?.array?.count ?? 0 == (batch.heads[row].flags.rawValue & 3).nonzeroBitCount)
        }
    }
}
