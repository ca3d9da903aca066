import Foundation
import HearthCore
import HearthIndex

/// Adds vectors of a file to an index, lets it build its graph, and searches it.
enum VectorBench {
    private static let dimension = 384
    private static let limit = 10
    private static let batch = 5000

    /// - Parameters:
    ///   - folder: `base.f32` and `queries.f32`, vectors in single precision; `truth.i32`, the ten nearest to each query.
    ///   - threshold: Vectors from which on a graph is built.
    static func run(folder: String, home: String, threshold: Int, builders: Int) async throws -> JSONValue {
        let base = try FileHandle(forReadingFrom: URL(filePath: "\(folder)/base.f32"))
        let queries = vectors(try Data(contentsOf: URL(filePath: "\(folder)/queries.f32")))
        let truth = try Data(contentsOf: URL(filePath: "\(folder)/truth.i32")).withUnsafeBytes { bytes in
            Array(bytes.bindMemory(to: Int32.self))
        }
        guard truth.count == queries.count * limit else { throw Usage() }
        var options = VectorIndex.Options()
        options.graphThreshold = threshold
        options.builders = builders
        let path = VectorIndex.folder(home: home, model: "synthetic")
        var index = try VectorIndex.create(path, model: "synthetic", dimension: dimension, options: options)

        let started = Stopwatch.processorSeconds()
        var count: Int64 = 0
        let all = try await Stopwatch.seconds {
            while let data = try base.read(upToCount: batch * dimension * 4), !data.isEmpty {
                let entries = vectors(data).enumerated().map { place, vector in
                    entry(count + Int64(place), vector)
                }
                count += Int64(entries.count)
                try await index.apply(VectorBatch(adding: entries, sequence: count))
            }
            try await index.finishGraph()
        }
        let built = Stopwatch.processorSeconds()
        try await index.close()
        let covered = try index.status().covered
        var reopened: VectorIndex?
        let opening = try await Stopwatch.seconds {
            index = try VectorIndex.create("\(home)/aside", model: "none", dimension: 1)
            if case .ready(let found) = try VectorIndex.open(
                path, model: "synthetic", dimension: dimension, options: options)
            {
                reopened = found
            }
        }
        guard let reopened, reopened.count == Int(count) else {
            throw HearthError(.internalError, "The index did not open again.")
        }
        // Once to warm, once to measure.
        for query in queries.prefix(50) { _ = try await reopened.search(query, limit: limit) }
        var seconds: [Double] = []
        var right = 0
        let before = Stopwatch.processorSeconds()
        for (place, query) in queries.enumerated() {
            let begin = ContinuousClock.now
            let found = try await reopened.search(query, limit: limit)
            seconds.append((ContinuousClock.now - begin).inSeconds)
            let expected = truth[(place * limit)..<((place + 1) * limit)]
            right += found.count { expected.contains(Int32($0.number)) }
        }
        let after = Stopwatch.processorSeconds()
        seconds.sort()
        return [
            "count": .integer(count), "covered": .integer(Int64(covered)), "build_seconds": .real(all),
            "build_processor_seconds": .real(built - started), "open_seconds": .real(opening),
            "p50_ms": .real(seconds[seconds.count / 2] * 1000),
            "p95_ms": .real(seconds[seconds.count * 95 / 100] * 1000),
            "processor_ms": .real((after - before) / Double(queries.count) * 1000),
            "recall": .real(Double(right) / Double(truth.count)), "resident_bytes": .integer(residentBytes()),
        ]
    }

    private static func entry(_ number: Int64, _ vector: [Float]) -> VectorEntry {
        VectorEntry(
            number: number, person: UniqueID(high: 1, low: 1), document: UniqueID(high: 2, low: UInt64(number / 4)),
            timestamp: Timestamp(microseconds: number), source: "notes", vector: vector)
    }

    private static func vectors(_ data: Data) -> [[Float]] {
        data.withUnsafeBytes { bytes in
            let numbers = bytes.bindMemory(to: Float.self)
            return stride(from: 0, to: numbers.count, by: dimension).map { Array(numbers[$0..<($0 + dimension)]) }
        }
    }

    private static func residentBytes() -> Int64 {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int64(fields[1]) ?? 0 : 0) * Int64(getpagesize())
    }
}
