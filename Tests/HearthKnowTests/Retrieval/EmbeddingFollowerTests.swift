import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthStore
import HearthTesting
import Logging
import ServiceLifecycle
import Testing

@testable import HearthKnow

/// How the follower shares the model, ends, and forgets.
@Suite struct EmbeddingFollowerTests {
    private let person = LibraryStoreContract.id(1)

    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.path + "/hearth-follower-\(UUID().uuidString)"
        // What cannot be removed is left to the system's own cleaning of temporary files.
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func filled(_ numbers: ClosedRange<UInt64>) async throws -> MemoryLibraryStore {
        let store = MemoryLibraryStore()
        _ = try await store.put(
            numbers.map { LibraryStoreContract.entry($0, "The boat number \($0) lies in the harbour.", title: "") })
        return store
    }

    private func follower(
        _ store: any LibraryStore, _ embedder: (any TextEmbedder)?, _ vectors: PassageVectors
    ) -> EmbeddingFollower {
        var options = EmbeddingFollower.Options()
        options.batch = 4
        return EmbeddingFollower(
            store: store, embedder: embedder, vectors: vectors, logger: Logger(label: "test"), options: options)
    }

    private func catchUp(_ follower: EmbeddingFollower) async throws { while try await follower.step() {} }

    @Test func whoWaitsForAnAnswerGoesBeforeWhatIsIndexed() async throws {
        let folder = Folder()
        let store = try await filled(10...15)
        let embedder = WatchedEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        try await catchUp(follower(store, embedder, vectors))
        #expect(embedder.priorities == [.bulk, .bulk])
        let filter = DocumentFilter(person: person)
        let found = try await HybridRetriever(store: store, embedder: embedder, vectors: vectors)
            .search(SearchRequest(query: "Where does boat number 12 lie?", limit: 8, filter: filter, mode: .hybrid))
        let reader = EvidenceReader(statistics: LibraryTermStatistics(library: store), embedder: embedder)
        let evidence = try await reader.read("Where does boat number 12 lie?", found: found, scope: filter)
        #expect(!evidence.sentences.isEmpty)
        // The question, then the sentences it is compared with.
        #expect(embedder.priorities.dropFirst(2) == [.interactive, .interactive])
    }

    @Test func stoppingDoesNotWaitForABatchAndTheNextStartTakesItUp() async throws {
        let folder = Folder()
        let store = try await filled(10...29)
        let embedder = WatchedEmbedder(holdingBulkCall: 3)
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: follower(store, embedder, vectors))], logger: Logger(label: "test")))
        async let stopped: Void = group.run()
        await embedder.waitForHeldCall()
        await group.triggerGracefulShutdown()
        try await stopped
        #expect(vectors.index?.count == 8)
        try await vectors.close()

        let again = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let next = follower(store, WatchedEmbedder(), again)
        try await catchUp(next)
        #expect(try await next.status() == .init(vectors: 20, lag: 0, failure: nil))
    }

    @Test func whatIsDeletedLeavesTheIndexAlsoWithoutAModel() async throws {
        let folder = Folder()
        let store = try await filled(10...29)
        let embedder = WatchedEmbedder()
        let path = folder.path + "/model"
        var vectors = try await PassageVectors.open(path, model: embedder.name, dimension: embedder.dimension)
        try await catchUp(follower(store, embedder, vectors))
        try await vectors.close()

        // The model is gone.
        let opened = try await PassageVectors.openAll(in: folder.path)
        #expect(opened.count == 1)
        let forgetting = follower(store, nil, try #require(opened.first))
        for number in 10...14 as ClosedRange<UInt64> {
            #expect(
                try await store.delete(LibraryStoreContract.id(number), person: person, at: Timestamp(microseconds: 0)))
        }
        _ = try await store.put([LibraryStoreContract.entry(40, "The boat that came later.", title: "")])
        try await catchUp(forgetting)
        #expect(opened.first?.index?.count == 15)
        try await catchUp(forgetting)
        for vectors in opened { try await vectors.close() }

        // It is back: what came meanwhile is embedded.
        vectors = try await PassageVectors.open(path, model: embedder.name, dimension: embedder.dimension)
        let next = follower(store, embedder, vectors)
        try await catchUp(next)
        #expect(try await next.status() == .init(vectors: 16, lag: 0, failure: nil))
    }

    @Test func erasingEmptiesEveryIndexWithoutAModel() async throws {
        let folder = Folder()
        let store = try await filled(10...19)
        let embedder = WatchedEmbedder()
        for name in ["one", "two"] {
            let vectors = try await PassageVectors.open(
                "\(folder.path)/\(name)", model: name, dimension: embedder.dimension)
            try await catchUp(follower(store, embedder, vectors))
            try await vectors.close()
        }
        #expect(try await store.erase(person: person) == 10)
        let opened = try await PassageVectors.openAll(in: folder.path)
        for vectors in opened { try await catchUp(follower(store, nil, vectors)) }
        #expect(opened.map { $0.index?.count } == [0, 0])
    }

    @Test func whatIsDeletedLeavesTheDisk() async throws {
        let folder = Folder()
        let store = try await filled(10...19)
        let embedder = WatchedEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let follower = follower(store, embedder, vectors)
        try await catchUp(follower)
        func sizes() throws -> [Int] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("vectors-") }
                .map { try Data(contentsOf: URL(filePath: "\(folder.path)/\($0)")).count }
        }
        let size = embedder.dimension * MemoryLayout<Float>.size
        #expect(try sizes() == [10 * size])
        for number in 10...12 as ClosedRange<UInt64> {
            _ = try await store.delete(LibraryStoreContract.id(number), person: person, at: Timestamp(microseconds: 0))
        }
        try await catchUp(follower)
        #expect(vectors.index?.removedCount == 0)
        #expect(try sizes() == [7 * size])
        // Not again before the pause is over.
        _ = try await store.delete(LibraryStoreContract.id(13), person: person, at: Timestamp(microseconds: 0))
        try await catchUp(follower)
        #expect(vectors.index?.count == 6)
        #expect(vectors.index?.removedCount == 1)
    }

    /// Sequences of the changes that tell of passages that went.
    private func tombstones(_ store: MemoryLibraryStore) async throws -> Int {
        try await store.passageChanges(after: 0, limit: 1000).count { $0.text == nil }
    }

    @Test func whatEveryIndexKnowsToBeGoneIsNotToldAnyMore() async throws {
        let folder = Folder()
        let store = try await filled(10...19)
        let embedder = WatchedEmbedder()
        var followers: [EmbeddingFollower] = []
        for name in ["one", "two"] {
            let vectors = try await PassageVectors.open(
                "\(folder.path)/\(name)", model: name, dimension: embedder.dimension)
            followers.append(follower(store, embedder, vectors))
        }
        let upkeep = LibraryUpkeep(store: store, followers: followers, logger: Logger(label: "test"))
        for follower in followers { try await catchUp(follower) }
        _ = try await store.delete(LibraryStoreContract.id(10), person: person, at: Timestamp(microseconds: 0))
        try await catchUp(followers[0])
        try await upkeep.round()
        #expect(try await tombstones(store) == 1, "the second index does not know it yet")
        try await catchUp(followers[1])
        #expect(try await store.erase(person: person) == 9)
        try await upkeep.round()
        #expect(try await tombstones(store) == 9, "what came after what is known everywhere stays")
        for follower in followers { try await catchUp(follower) }
        try await upkeep.round()
        #expect(try await store.passageChanges(after: 0, limit: 1000).isEmpty)
        #expect(try await followers[0].status() == .init(vectors: 0, lag: 0, failure: nil))
        _ = try await store.put([LibraryStoreContract.entry(40, "The boat that came later.", title: "")])
        for follower in followers { try await catchUp(follower) }
        #expect(try await followers[1].status() == .init(vectors: 1, lag: 0, failure: nil))
    }

    @Test func whatWentIsNotToldWhereThereIsNoModel() async throws {
        let folder = Folder()
        let store = try await filled(10...19)
        let embedder = WatchedEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        try await catchUp(follower(store, embedder, vectors))
        _ = try await store.delete(LibraryStoreContract.id(10), person: person, at: Timestamp(microseconds: 0))
        _ = try await store.put([LibraryStoreContract.entry(40, "The boat that came later.", title: "")])
        let forgetting = follower(store, nil, vectors)
        let upkeep = LibraryUpkeep(store: store, followers: [forgetting], logger: Logger(label: "test"))
        try await upkeep.round()
        #expect(try await tombstones(store) == 1)
        try await catchUp(forgetting)
        try await upkeep.round()
        #expect(try await tombstones(store) == 0)
        #expect(vectors.index?.count == 9)
        // With the model again, what came meanwhile is embedded.
        let next = follower(store, embedder, vectors)
        try await catchUp(next)
        #expect(try await next.status() == .init(vectors: 10, lag: 0, failure: nil))
        // Without an index nobody needs to be told.
        _ = try await store.delete(LibraryStoreContract.id(40), person: person, at: Timestamp(microseconds: 0))
        try await LibraryUpkeep(store: store, followers: [], logger: Logger(label: "test")).round()
        #expect(try await tombstones(store) == 0)
    }

    @Test func forgettingLoadsNoModel() async throws {
        let folder = Folder()
        let store = try await filled(10...13)
        let embedder = WatchedEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let follower = follower(store, embedder, vectors)
        try await catchUp(follower)
        _ = try await store.delete(LibraryStoreContract.id(10), person: person, at: Timestamp(microseconds: 0))
        try await catchUp(follower)
        #expect(vectors.index?.count == 3)
        #expect(embedder.priorities.count == 1)
    }

    @Test func indexesOfOtherModelsGo() async throws {
        let folder = Folder()
        for name in ["one", "two", "three"] {
            try await PassageVectors.open("\(folder.path)/\(name)", model: name, dimension: 32).close()
        }
        try FileManager.default.createDirectory(
            atPath: folder.path + "/no index", withIntermediateDirectories: false)
        let gone = try PassageVectors.removeOthers(in: folder.path, than: folder.path + "/two")
        #expect(gone == ["one", "three"].map { "\(folder.path)/\($0)" })
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["no index", "two"])
        #expect(try PassageVectors.removeOthers(in: folder.path + "/nowhere", than: "").isEmpty)
    }
}
