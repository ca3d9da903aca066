import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthKnow
import HearthStore
import OrderedCollections

/// Writes what rankings are made of into a folder, so that ways to rank can be tried without this program:
/// `passages.jsonl` and `queries.jsonl` with the terms of each, `passages.f32` and `queries.f32` with their vectors in the same
/// order.
enum RetrievalDump {
    static func write(
        _ collection: JudgedCollection, ids: [UniqueID: String], store: any LibraryStore, embedder: any TextEmbedder,
        index: VectorIndex, to folder: String
    ) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var passages: [JSONValue] = []
        var numbers: [Int64] = []
        var sequence: Int64 = 0
        while case let changes = try await store.passageChanges(after: sequence, limit: 1000), let last = changes.last {
            sequence = last.sequence
            for change in changes {
                guard let text = change.text, let document = ids[change.document] else { continue }
                numbers.append(change.number)
                passages.append([
                    "document": .string(document), "title": .string(SearchTerms.joined(change.title)),
                    "text": .string(SearchTerms.joined(text)), "embedded": .string(change.title + ". " + text),
                ])
            }
        }
        var vectors: [[Float]] = []
        for part in stride(from: 0, to: numbers.count, by: 500) {
            let wanted = Array(numbers[part..<min(part + 500, numbers.count)])
            let found = try await index.selection(of: wanted)
            vectors += wanted.map { found[$0].map(Array.init) ?? [] }
        }
        try write(passages, vectors, to: folder + "/passages")
        var queries: [JSONValue] = []
        for query in collection.queries {
            queries.append([
                "id": .string(query.id), "text": .string(query.text),
                "terms": .array(SearchTerms.ofQuery(query.text).map(JSONValue.string)),
                "words": .string(SearchTerms.joined(query.text)),
                "relevant": .object(
                    .init(uniqueKeysWithValues: query.relevant.map { ($0.key, JSONValue.real($0.value)) })),
            ])
        }
        try write(
            queries, try await embedder.embed(collection.queries.map(\.text), priority: .bulk), to: folder + "/queries")
    }

    private static func write(_ rows: [JSONValue], _ vectors: [[Float]], to path: String) throws {
        try Data(rows.map { $0.text + "\n" }.joined().utf8).write(to: URL(filePath: path + ".jsonl"))
        try Array(vectors.joined()).withUnsafeBufferPointer { Data(buffer: $0) }
            .write(to: URL(filePath: path + ".f32"))
    }
}
