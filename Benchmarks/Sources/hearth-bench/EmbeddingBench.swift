import Foundation
import HearthCore
import HearthInference

/// Embeds the texts of a file, a list of `{"name", "texts"}`, with an installed model; writes the vectors of the first set
/// beside it, so that they can be compared with a peer's.
enum EmbeddingBench {
    static func run(model: String, precision: String, threads: String, casesFile: String) async throws -> JSONValue {
        guard let precision = ModelPrecision(rawValue: precision), let threads = Int(threads) else { throw Usage() }
        let cases = try JSONValue(parsing: Array(try Data(contentsOf: URL(filePath: casesFile)))).array ?? []
        let embedder = try BERTEmbedder(
            folder: URL(filePath: model, directoryHint: .isDirectory), precision: precision, threads: threads)
        var results: [JSONValue] = []
        for (index, item) in cases.enumerated() {
            let texts = item["texts"]?.array?.compactMap(\.string) ?? []
            let vectors = try await embedder.embed(texts, priority: .bulk)
            if index == 0 { try write(vectors, beside: casesFile, precision) }
            var seconds: [Double] = []
            let begin = ContinuousClock.now
            while seconds.count < 3 || ContinuousClock.now - begin < .seconds(2) {
                seconds.append(try await Stopwatch.seconds { _ = try await embedder.embed(texts, priority: .bulk) })
            }
            results.append([
                "name": item["name"] ?? "", "texts": .integer(Int64(texts.count)),
                "seconds": .real(seconds.sorted()[seconds.count / 2]),
            ])
        }
        await embedder.close()
        return .array(results)
    }

    private static func write(_ vectors: [[Float]], beside file: String, _ precision: ModelPrecision) throws {
        let data =
            vectors.joined().withContiguousStorageIfAvailable { Data(buffer: $0) }
            ?? Array(vectors.joined()).withUnsafeBufferPointer { Data(buffer: $0) }
        try data.write(to: URL(filePath: "\(file).\(precision.rawValue)"))
    }
}
