import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthKnow
import HearthStore
import HearthStoreSQLite
import Logging
import OrderedCollections

/// Indexes a collection with relevance judgements as documents are indexed, and ranks it in every mode.
enum RetrievalBench {
    static let person = UniqueID(high: 0x7000, low: 1 << 63 | 1)

    /// `dump`: a folder for what rankings are made of; see `RetrievalDump`.
    ///
    /// `set`: {"documents": [{"id", "title", "text"}], "queries": [{"id", "text", "relevant": {document: grade}}]}.
    static func run(set: String, home: String, models: String?, dump: String?) async throws -> JSONValue {
        let collection = try JudgedCollection(file: set)
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let store = try await SQLiteLibraryStore.open(path: home + "/library.db")
        let start = ContinuousClock.now
        let ids = try await collection.add(to: store)
        let stored = (ContinuousClock.now - start).inSeconds
        let embedder = try models.map { try ModelLibrary(folder: URL(fileURLWithPath: $0)).embedder() }
        var vectors: PassageVectors?
        let embeddingStart = ContinuousClock.now
        if let embedder {
            let index = try await PassageVectors.open(
                home + "/index", model: embedder.name, dimension: embedder.dimension)
            let follower = EmbeddingFollower(
                store: store, embedder: embedder, vectors: index, logger: Logger(label: "hearth-bench"))
            while try await follower.step() {}
            vectors = index
            if let dump, let index = index.index {
                try await RetrievalDump.write(
                    collection, ids: ids, store: store, embedder: embedder, index: index, to: dump)
            }
        }
        let embedded = (ContinuousClock.now - embeddingStart).inSeconds
        let retriever = HybridRetriever(store: store, embedder: embedder, vectors: vectors)
        var result: JSONValue = [
            "documents": .integer(Int64(ids.count)),
            "passages": .integer(Int64(try await store.count(DocumentFilter(person: person)).passages)),
            "store_seconds": .real(stored), "embed_seconds": .real(embedded),
        ]
        var modes: [(String, JSONValue)] = []
        for mode in SearchRequest.Mode.allCases where embedder != nil || mode == .text {
            modes.append((mode.rawValue, try await rank(collection, ids: ids, mode: mode, retriever)))
        }
        if case .object(var members) = result {
            members["modes"] = .object(.init(uniqueKeysWithValues: modes))
            result = .object(members)
        }
        await embedder?.close()
        try await store.close()
        return result
    }

    private static func rank(
        _ collection: JudgedCollection, ids: [UniqueID: String], mode: SearchRequest.Mode,
        _ retriever: HybridRetriever
    ) async throws -> JSONValue {
        var queries: [JSONValue] = []
        for query in collection.queries {
            let start = ContinuousClock.now
            let answer = try await retriever.search(
                SearchRequest(query: query.text, limit: 50, filter: DocumentFilter(person: person), mode: mode))
            let seconds = (ContinuousClock.now - start).inSeconds
            // A document stands where its best passage stands.
            var seen: Set<String> = []
            let ranking = answer.hits.compactMap { ids[$0.found.document.id] }.filter { seen.insert($0).inserted }
            queries.append([
                "id": .string(query.id), "ndcg": .real(query.gain(of: ranking, at: 10)),
                "first": .bool(ranking.first.map { query.relevant[$0] ?? 0 > 0 } ?? false), "seconds": .real(seconds),
            ])
        }
        return .array(queries)
    }
}

/// Documents and queries with judgements.
struct JudgedCollection {
    struct Query {
        var id: String
        var text: String
        var relevant: [String: Double]

        /// Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), gains as judged.
        func gain(of ranking: [String], at depth: Int) -> Double {
            func sum(_ gains: some Sequence<Double>) -> Double {
                gains.enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset) + 2) }
            }
            let best = sum(relevant.values.sorted(by: >).prefix(depth))
            return best > 0 ? sum(ranking.prefix(depth).map { relevant[$0] ?? 0 }) / best : 0
        }
    }

    private var documents: [(id: String, title: String, text: String)] = []
    private(set) var queries: [Query] = []

    init(file: String) throws {
        let json = try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        for document in json["documents"]?.array ?? [] {
            guard let id = document["id"]?.string, let text = document["text"]?.string else { throw Usage() }
            documents.append((id, document["title"]?.string ?? "", text))
        }
        for query in json["queries"]?.array ?? [] {
            guard let id = query["id"]?.string, let text = query["text"]?.string,
                let relevant = query["relevant"]?.object
            else { throw Usage() }
            queries.append(
                Query(
                    id: id, text: text,
                    relevant: Dictionary(uniqueKeysWithValues: relevant.map { ($0.key, $0.value.double ?? 0) })))
        }
    }

    /// - Returns: the documents' names by their ids in the library.
    func add(to store: any LibraryStore) async throws -> [UniqueID: String] {
        let intake = DocumentIntake(store: store)
        let filled = documents.filter { !$0.text.allSatisfy(\.isWhitespace) }
        let outcomes = try await intake.add(
            filled.map { document in
                DocumentDraft(
                    person: RetrievalBench.person, kind: .file, title: document.title, text: document.text,
                    source: .init(name: "files", key: document.id))
            })
        return Dictionary(uniqueKeysWithValues: zip(outcomes.map(\.id), filled.map(\.id)))
    }
}
