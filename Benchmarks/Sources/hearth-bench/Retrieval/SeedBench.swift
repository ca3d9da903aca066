import CHearthKernels
import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthKnow
import HearthStore
import HearthStoreSQLite

/// Fills the library and the vector index of a home that no server uses, and tells questions to ask of it. Texts are made of the
/// words of the model's vocabulary, which stands in the order of their frequency. The first passage of each topic is embedded;
/// the vectors of the others are its vector moved at random, as far as passages of one topic are from each other.
enum SeedBench {
    private static let topics = 2000
    private static let passagesPerDocument = 4
    private static let documentsPerPut = 50
    private static let questions = 400
    /// Length of what is added to a topic's vector: a cosine of about 0.75 to it, and of 0.55 between two passages.
    private static let spread: Float = 0.9
    private static let limit = 10

    static func run(home: String, person: UniqueID, passages: Int, model: String) async throws -> JSONValue {
        var texts = try TopicTexts(
            vocabulary: String(contentsOfFile: model + "/vocab.txt", encoding: .utf8), topics: topics, seed: 7)
        let embedder = try BERTEmbedder(
            folder: URL(filePath: model, directoryHint: .isDirectory), precision: .int8,
            threads: ProcessInfo.processInfo.activeProcessorCount)
        let centres = try await embedder.embed((0..<topics).map { texts.passage(of: $0) }, priority: .bulk)
        let store = try await SQLiteLibraryStore.open(path: home + "/library.db")
        var count = 0
        let storing = try await Stopwatch.seconds {
            while count * passagesPerDocument < passages {
                let entries = (0..<documentsPerPut).map { offset in
                    entry(UInt64(count + offset + 1), person: person, &texts)
                }
                count += documentsPerPut
                _ = try await store.put(entries)
            }
        }
        let folder = "\(home)/index/\(embedder.name.replacing("/", with: "-"))"
        let index = try VectorIndex.create(folder, model: embedder.name, dimension: embedder.dimension)
        var generator = SeededGenerator(state: 8)
        var all: [(number: Int64, vector: [Float])] = []
        let indexing = try await Stopwatch.seconds {
            while true {
                let changes = try await store.passageChanges(after: index.sequence, limit: 5000)
                guard let last = changes.last else { break }
                let entries = changes.map { change in
                    VectorEntry(
                        number: change.number, person: change.person, document: change.document,
                        timestamp: change.timestamp, source: change.source,
                        kind: change.kind.map(PassageKind.number) ?? 0,
                        vector: moved(centres[topic(ofPassage: change.number)], &generator))
                }
                all += entries.map { ($0.number, $0.vector) }
                try await index.apply(VectorBatch(adding: entries, sequence: last.sequence))
            }
            try await index.finishGraph()
        }
        let queries = (0..<questions).map { texts.question(about: ($0 * 37) % topics) }
        let embedded = try await embedder.embed(queries, priority: .bulk)
        var right = 0
        for vector in embedded {
            let truth = nearest(vector, in: all)
            right += try await index.search(vector, limit: limit).count { truth.contains($0.number) }
        }
        // One text at a time, as a search asks for it.
        var seconds: [Double] = []
        for query in queries {
            seconds.append(
                try await Stopwatch.seconds { _ = try await embedder.embed([query], priority: .interactive) })
        }
        seconds.sort()
        try await index.close()
        try await store.close()
        await embedder.close()
        return [
            "passages": .integer(Int64(all.count)), "store_seconds": .real(storing), "index_seconds": .real(indexing),
            "queries": .array(queries.map(JSONValue.string)),
            "recall": .real(Double(right) / Double(queries.count * limit)),
            "embed_p50_ms": .real(seconds[seconds.count / 2] * 1000),
            "embed_p95_ms": .real(seconds[seconds.count * 95 / 100] * 1000),
        ]
    }

    /// Passages are numbered from 1, and those of a document have its topic.
    private static func topic(ofPassage number: Int64) -> Int {
        topic(ofDocument: (Int(number) - 1) / passagesPerDocument + 1)
    }

    private static func topic(ofDocument number: Int) -> Int { number * 7919 % topics }

    private static func moved(_ vector: [Float], _ generator: inout SeededGenerator) -> [Float] {
        let step = spread / Float(vector.count).squareRoot() * Float(3).squareRoot()
        let sum = vector.map { $0 + step * Float.random(in: -1...1, using: &generator) }
        let length = hearth_dot(sum, sum, sum.count).squareRoot()
        return sum.map { $0 / length }
    }

    private static func nearest(_ query: [Float], in all: [(number: Int64, vector: [Float])]) -> Set<Int64> {
        let scored = all.map { ($0.number, hearth_dot(query, $0.vector, query.count)) }
        return Set(scored.sorted { $0.1 > $1.1 }.prefix(limit).map(\.0))
    }

    private static func id(_ number: UInt64) -> UniqueID {
        UniqueID(high: number << 16 | 0x7000, low: 1 << 63 | number)
    }

    private static func entry(_ number: UInt64, person: UniqueID, _ texts: inout TopicTexts) -> DocumentEntry {
        let topic = topic(ofDocument: Int(number))
        let parts = (0..<passagesPerDocument).map { _ in texts.passage(of: topic) }
        let time = Timestamp(microseconds: 1_600_000_000_000_000 + Int64(number) * 60_000_000)
        let document = Document(
            id: id(number), person: person, kind: number % 3 == 0 ? .mail : .note, title: texts.title(of: topic),
            text: parts.joined(separator: "\n"),
            source: DocumentSource(name: number % 3 == 0 ? "mail" : "notes", key: "\(number)"), timestamp: time,
            received: time, fingerprint: withUnsafeBytes(of: number.bigEndian) { Array($0) })
        var offset = 0
        let passages = parts.enumerated().map { index, text in
            defer { offset += text.utf8.count + 1 }
            return Passage(
                id: id(number << 8 | UInt64(index) | 1 << 40), document: document.id, version: 1, index: index,
                offset: offset, text: text)
        }
        return DocumentEntry(document: document, passages: passages)
    }
}
