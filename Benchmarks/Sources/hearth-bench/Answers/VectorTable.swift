import Foundation
import HearthCore
import HearthInference

/// Vectors made elsewhere: lines of `{"text", "vector"}`.
struct VectorTable: TextEmbedder {
    let name = "table"
    let dimension: Int
    private let vectors: [String: [Float]]

    init(file: String) throws {
        var vectors: [String: [Float]] = [:]
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let value = try JSONValue(parsing: Array(line))
            vectors[value["text"]?.string ?? ""] = (value["vector"]?.array ?? []).map { Float($0.double ?? 0) }
        }
        self.vectors = vectors
        dimension = vectors.values.first?.count ?? 0
    }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        try texts.map { text in
            guard let vector = vectors[text] else {
                FileHandle.standardError.write(Data((JSONValue.string(text).text + "\n").utf8))
                return [Float](repeating: 0, count: dimension)
            }
            return vector
        }
    }
}
