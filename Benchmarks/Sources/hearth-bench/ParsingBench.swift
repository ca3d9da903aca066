import Foundation
import HearthCore

/// JSON and MessagePack as bytes per second, over a list of `{"name", "text"}`.
enum ParsingBench {
    static func run(documentsFile: String) throws -> JSONValue {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: documentsFile)))
        return .array(try (JSONValue(parsing: bytes).array ?? []).map(measure))
    }

    private static func measure(_ item: JSONValue) throws -> JSONValue {
        let text = Array((item["text"]?.string ?? "").utf8)
        let document = try JSONDocument(parsing: text)
        let packed = document.withRoot { root in
            var writer = MessagePackWriter()
            writer.write(root)
            return writer.bytes
        }
        var nodes = 0
        let lenient = try Stopwatch.secondsPerCall { nodes += try JSONDocument(parsing: text).nodeCount }
        let strict = try Stopwatch.secondsPerCall {
            nodes += try JSONDocument(parsing: text, options: .strict).nodeCount
        }
        let unpacked = try Stopwatch.secondsPerCall {
            nodes += try packed.withUnsafeBytes { try JSONDocument(parsingMessagePack: $0, options: .strict).nodeCount }
        }
        let written = Stopwatch.secondsPerCall {
            nodes += document.withRoot { root in
                var writer = JSONWriter(capacity: text.count)
                writer.write(root)
                return writer.bytes.count
            }
        }
        guard nodes > 0 else { throw Usage() }
        return [
            "name": item["name"] ?? "", "bytes": .integer(Int64(text.count)),
            "messagepack_bytes": .integer(Int64(packed.count)), "parse_seconds": .real(lenient),
            "strict_parse_seconds": .real(strict), "messagepack_parse_seconds": .real(unpacked),
            "write_seconds": .real(written),
        ]
    }
}
