import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthKnow
import HearthStore
import HearthStoreSQLite
import Logging

/// The documents of a labelled set, stored, indexed and found as Hearth does it.
final class AnswerLibrary {
    let retriever: HybridRetriever
    let statistics: LibraryTermStatistics
    private let store: SQLiteLibraryStore
    private let intake: DocumentIntake
    private let follower: EmbeddingFollower?
    private let entries: [LabelledSet.Entry]
    private var numbers: [UniqueID: Int] = [:]

    /// `home` is a folder that may be thrown away afterwards. `embedder` nil: found by words alone.
    init(_ entries: [LabelledSet.Entry], home: String, embedder: (any TextEmbedder)?) async throws {
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        self.entries = entries
        store = try await SQLiteLibraryStore.open(path: home + "/library.db")
        intake = DocumentIntake(store: store)
        var vectors: PassageVectors?
        if let embedder {
            let opened = try await PassageVectors.open(
                home + "/index", model: embedder.name, dimension: embedder.dimension)
            follower = EmbeddingFollower(
                store: store, embedder: embedder, vectors: opened, logger: Logger(label: "hearth-bench"))
            vectors = opened
        } else {
            follower = nil
        }
        retriever = HybridRetriever(store: store, embedder: embedder, vectors: vectors)
        statistics = LibraryTermStatistics(library: store)
        try await add { _ in true }
    }

    /// The number of the document in the set.
    func number(of document: UniqueID) -> Int? { numbers[document] }

    /// Adds the documents of the groups.
    func add(_ isWanted: (_ group: Int) -> Bool) async throws {
        let wanted = entries.indices.filter { isWanted(entries[$0].group) }
        let outcomes = try await intake.add(wanted.map { entries[$0].draft })
        for (index, outcome) in zip(wanted, outcomes) { numbers[outcome.id] = index }
        try await follow()
    }

    /// Forgets the documents of a group.
    func remove(group: Int) async throws {
        for (id, index) in numbers where entries[index].group == group {
            _ = try await store.delete(id, person: LabelledSet.person, at: SystemTime().now())
            numbers[id] = nil
        }
        try await follow()
    }

    func close() async throws { try await store.close() }

    private func follow() async throws {
        while try await follower?.step() == true {}
    }
}
