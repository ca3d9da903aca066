import Foundation
import HearthCore
import HearthSchema

/// The same schemas and documents that the peer gets, from one file: a list of `{"name", "schema", "documents"}`.
enum ValidationBench {
    static func run(casesFile: String) throws -> JSONValue {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: casesFile)))
        let cases = try JSONValue(parsing: bytes, options: JSONOptions(maximumDepth: 512)).array ?? []
        return .array(try cases.map(measure))
    }

    private static func measure(_ item: JSONValue) throws -> JSONValue {
        let schema = try CompiledSchema(streamSchema: item["schema"] ?? true)
        let texts = (item["documents"]?.array ?? []).map { Array($0.text.utf8) }
        let documents = try texts.map { try JSONDocument(parsing: $0) }
        var accepted = 0
        for document in documents where document.withRoot({ schema.validate($0) }) { accepted += 1 }

        var sum = 0
        let parsed = Stopwatch.secondsPerCall {
            for document in documents where document.withRoot({ schema.validate($0) }) { sum += 1 }
        }
        let fromBytes = try Stopwatch.secondsPerCall {
            for text in texts {
                let document = try JSONDocument(parsing: text, options: .strict)
                if document.withRoot({ schema.validate($0) }) { sum += 1 }
            }
        }
        // Uses the sums, so that no loop can be left out.
        guard sum > 0 || accepted == 0 else { throw Usage() }
        return [
            "name": item["name"] ?? "", "documents": .integer(Int64(documents.count)),
            "accepted": .integer(Int64(accepted)), "parsed_seconds": .real(parsed), "bytes_seconds": .real(fromBytes),
        ]
    }
}
