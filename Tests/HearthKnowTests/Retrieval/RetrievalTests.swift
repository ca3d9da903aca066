import Foundation
import HearthCore
import HearthIndex
import HearthInference
import HearthStore
import HearthTesting
import Logging
import Testing

@testable import HearthKnow

@Suite("Retrieval")
struct RetrievalTests {
    private let person = LibraryStoreContract.id(1)

    private struct Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "hearth-know-\(UUID().uuidString)")
        var path: String { url.path }
        // What cannot be removed is left to the system's own cleaning of temporary files.
        func remove() { try? FileManager.default.removeItem(at: url) }
    }

    private func entry(
        _ number: UInt64, _ text: String, title: String = "", kind: DocumentKind = .note, links: [String] = [],
        at seconds: Int64? = nil
    ) -> DocumentEntry {
        LibraryStoreContract.entry(number, text, title: title, kind: kind, at: seconds, links: links)
    }

    private func follower(
        _ store: any LibraryStore, _ embedder: any TextEmbedder, _ vectors: PassageVectors, batch: Int = 4
    ) -> EmbeddingFollower {
        var options = EmbeddingFollower.Options()
        options.batch = batch
        options.shortestPause = .milliseconds(1)
        options.longestPause = .milliseconds(2)
        return EmbeddingFollower(
            store: store, embedder: embedder, vectors: vectors, logger: Logger(label: "test"), options: options)
    }

    private func ids(_ answer: SearchAnswer) -> [UniqueID] { answer.hits.map(\.found.document.id) }

    private func request(
        _ query: String, mode: SearchRequest.Mode = .hybrid, limit: Int = 10, kinds: [DocumentKind]? = nil
    ) -> SearchRequest {
        SearchRequest(query: query, limit: limit, filter: DocumentFilter(person: person, kinds: kinds), mode: mode)
    }

    private let corpus: [(UInt64, String)] = [
        (10, "The automobile stands in the garage."), (11, "Bread and butter for breakfast."),
        (12, "The garage door was painted green."), (13, "A letter from the tax office."),
        (14, "Swimming lessons start on Monday."), (15, "The green painted boat."),
    ]

    private func filled(_ store: MemoryLibraryStore) async throws {
        _ = try await store.put(corpus.map { entry($0.0, $0.1, kind: $0.0 == 12 ? .page : .note) })
    }

    @Test("Without a model words alone decide, and the answer says so", arguments: SearchRequest.Mode.allCases)
    func withoutModel(_ mode: SearchRequest.Mode) async throws {
        let store = MemoryLibraryStore()
        try await filled(store)
        let answer = try await HybridRetriever(store: store).search(request("green garage", mode: mode))
        #expect(answer.mode == .text)
        #expect(answer.embedding == nil)
        #expect(ids(answer).first == LibraryStoreContract.id(12))
        #expect(answer.hits.allSatisfy { $0.text != nil && $0.dense == nil })
    }

    @Test("A model that turns out to be damaged is as good as none", arguments: SearchRequest.Mode.allCases)
    func damagedModel(_ mode: SearchRequest.Mode) async throws {
        let store = MemoryLibraryStore()
        try await filled(store)
        let folder = Folder()
        defer { folder.remove() }
        let embedder = HashingEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        // Filled while the model was whole.
        let follower = follower(store, embedder, vectors)
        while try await follower.step() {}
        let retriever = HybridRetriever(store: store, embedder: DamagedEmbedder(), vectors: vectors)
        let answer = try await retriever.search(request("green garage", mode: mode))
        #expect(answer.mode == .text && answer.embedding == nil)
        #expect(ids(answer).first == LibraryStoreContract.id(12))
        try await vectors.close()
    }

    @Test("With a model a passage is found that shares no word with the question")
    func byMeaning() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        try await filled(store)
        let embedder = HashingEmbedder(meanings: ["car": "automobil"])
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let retriever = HybridRetriever(store: store, embedder: embedder, vectors: vectors)
        // Before there are vectors: text.
        let early = try await retriever.search(request("car"))
        #expect(early.mode == .text)
        #expect(early.embedding != nil)
        #expect(early.hits.isEmpty)

        let follower = follower(store, embedder, vectors)
        while try await follower.step() {}
        for mode in [SearchRequest.Mode.hybrid, .dense] {
            let answer = try await retriever.search(request("car", mode: mode))
            #expect(answer.mode == mode)
            #expect(ids(answer).first == LibraryStoreContract.id(10))
        }
        let words = try await retriever.search(request("car", mode: .text))
        #expect(words.hits.isEmpty)
        #expect(words.mode == .text)
        let pages = try await retriever.search(request("car green", kinds: [.page]))
        #expect(ids(pages) == [LibraryStoreContract.id(12)])
        let two = try await retriever.search(request("green garage", limit: 2))
        #expect(two.hits.count == 2)
        #expect(two.hits[0].score >= two.hits[1].score)
        #expect(two.hits[0].dense != nil && two.hits[0].text != nil)
    }

    @Test("What has no vector yet is found as well as the rest")
    func beforeItsVector() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        _ = try await store.put((0..<60).map { entry(UInt64(100 + $0), "chimney number \($0) of a sweeping view") })
        let embedder = HashingEmbedder(meanings: [:])
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let follower = follower(store, embedder, vectors, batch: 100)
        while try await follower.step() {}
        _ = try await store.put([entry(10, "The chimney sweep charges 68 euros.")])
        let answer = try await HybridRetriever(store: store, embedder: embedder, vectors: vectors)
            .search(request("How much does the chimney sweep charge?"))
        #expect(answer.mode == .hybrid)
        #expect(ids(answer).first == LibraryStoreContract.id(10))
        #expect(answer.hits.first?.dense != nil)
    }

    @Test("A model that is damaged meanwhile leaves what has no vector yet to its words")
    func damagedBetween() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        try await filled(store)
        let embedder = HashingEmbedder()
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let follower = follower(store, embedder, vectors)
        while try await follower.step() {}
        _ = try await store.put([entry(20, "The chimney sweep charges 68 euros.")])
        // The question is embedded still.
        let damaged = DamagedEmbedder(whole: 1)
        let answer = try await HybridRetriever(store: store, embedder: damaged, vectors: vectors)
            .search(request("What does the chimney sweep charge?"))
        #expect(damaged.calls == 2)
        #expect(answer.mode == .hybrid)
        #expect(answer.hits.first { $0.found.document.id == LibraryStoreContract.id(20) }?.text != nil)
        try await vectors.close()
    }

    @Test("One document of a kind is found among many of another that are nearer")
    func rareKind() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        let notes = (0..<1200).map { entry(UInt64(100 + $0), "vehicle number \($0)") }
        _ = try await store.put(Array(notes.prefix(900)))
        _ = try await store.put(
            notes.dropFirst(900) + [entry(10, "a car and much more that has to do with nothing else", kind: .pdf)])
        let embedder = HashingEmbedder(meanings: ["car": "vehicl"])
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let follower = follower(store, embedder, vectors, batch: 1500)
        while try await follower.step() {}
        let answer = try await HybridRetriever(store: store, embedder: embedder, vectors: vectors)
            .search(request("vehicle", mode: .dense, kinds: [.pdf, .transcript]))
        #expect(answer.mode == .dense)
        #expect(ids(answer) == [LibraryStoreContract.id(10)])
    }

    @Test("A question without words finds nothing")
    func nothingAsked() async throws {
        let store = MemoryLibraryStore()
        try await filled(store)
        let retriever = HybridRetriever(store: store)
        #expect(try await retriever.search(request("  ")).hits.isEmpty)
        #expect(try await retriever.search(request("garage", limit: 0)).hits.isEmpty)
    }

    @Test("Words that stand together as in the question decide between passages with the same words")
    func pairs() async throws {
        let store = MemoryLibraryStore()
        _ = try await store.put([
            entry(10, "office tax letter the from"), entry(11, "letter from the tax office"),
            entry(12, "one more thing"), entry(13, "and another thing"), entry(14, "nothing else"),
        ])
        let answer = try await HybridRetriever(store: store).search(request("tax office"))
        #expect(ids(answer) == [LibraryStoreContract.id(11), LibraryStoreContract.id(10)])
    }

    @Test("A document that others point at stands before its equal")
    func links() async throws {
        let store = MemoryLibraryStore()
        _ = try await store.put([
            entry(10, "boiler manual", title: "First"), entry(11, "boiler manual", title: "Second"),
            entry(12, "see there", links: ["Second"]), entry(13, "see there too", links: ["Second"]),
            entry(14, "unrelated"),
        ])
        let answer = try await HybridRetriever(store: store).search(request("boiler manual"))
        #expect(ids(answer) == [LibraryStoreContract.id(11), LibraryStoreContract.id(10)])
    }

    @Test("A passage beside a good one of its document gains")
    func siblings() async throws {
        let store = MemoryLibraryStore()
        _ = try await store.put([
            entry(10, "boiler repair"), entry(11, "boiler repair\nboiler"), entry(12, "one"), entry(13, "two"),
            entry(14, "three"), entry(15, "four"), entry(16, "five"),
            entry(17, "a boiler is named beside many more words that nobody asked for"), entry(18, "six"),
        ])
        let answer = try await HybridRetriever(store: store).search(request("boiler repair"))
        #expect(ids(answer).first == LibraryStoreContract.id(11))
        // Alone the two would be equal, and the first one stored would come first.
        var plain = RetrievalWeights()
        plain.siblings = 0
        let without = try await HybridRetriever(store: store, weights: plain).search(request("boiler repair"))
        #expect(ids(without).first == LibraryStoreContract.id(10))
    }

    @Test("The newest comes first only when the question asks for it")
    func recency() async throws {
        let store = MemoryLibraryStore()
        _ = try await store.put([
            entry(10, "dentist appointment", at: 10), entry(11, "dentist appointment", at: 20),
            entry(12, "a", at: 1), entry(13, "b", at: 1), entry(14, "c", at: 1),
        ])
        let retriever = HybridRetriever(store: store)
        let plain = try await retriever.search(request("dentist appointment"))
        #expect(ids(plain) == [LibraryStoreContract.id(10), LibraryStoreContract.id(11)])
        let latest = try await retriever.search(request("latest dentist appointment"))
        #expect(ids(latest) == [LibraryStoreContract.id(11), LibraryStoreContract.id(10)])
    }

    @Test("The follower brings what comes and goes into the index, and begins anew when it must")
    func following() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        try await filled(store)
        let embedder = HashingEmbedder()
        var vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        var worker = follower(store, embedder, vectors)
        #expect(try await worker.status() == .init(vectors: 0, lag: 6, failure: nil))
        #expect(try await worker.step())
        #expect(try await worker.status() == .init(vectors: 4, lag: 2, failure: nil))
        while try await worker.step() {}
        #expect(try await worker.status() == .init(vectors: 6, lag: 0, failure: nil))
        _ = try await store.delete(
            LibraryStoreContract.id(10), person: person, at: LibraryStoreContract.time(9_500_000))
        _ = try await store.put([entry(20, "new", title: "N")])
        while try await worker.step() {}
        #expect(vectors.index?.count == 6)
        let search = HybridRetriever(store: store, embedder: embedder, vectors: vectors)
        #expect(try await !ids(search.search(request("automobile garage"))).contains(LibraryStoreContract.id(10)))

        // A library restored from an older backup: the index is ahead of it.
        let older = MemoryLibraryStore()
        _ = try await older.put([entry(30, "old")])
        worker = follower(older, embedder, vectors)
        while try await worker.step() {}
        #expect(try await worker.status() == .init(vectors: 1, lag: 0, failure: nil))

        // Another model: an index of its own begins.
        vectors = try await PassageVectors.open(folder.path + "-2", model: "other", dimension: 32)
        #expect(vectors.index?.count == 0)
        // What cannot be removed is left to the system's own cleaning of temporary files.
        try? FileManager.default.removeItem(atPath: folder.path + "-2")
    }

    @Test("The service embeds what waits, tries again after failures, and ends when it is cancelled")
    func service() async throws {
        let folder = Folder()
        defer { folder.remove() }
        let store = MemoryLibraryStore()
        try await filled(store)
        let embedder = HashingEmbedder(failures: 2)
        let vectors = try await PassageVectors.open(folder.path, model: embedder.name, dimension: embedder.dimension)
        let worker = follower(store, embedder, vectors)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            while vectors.index?.count != 6 { try await Task.sleep(for: .milliseconds(2)) }
            _ = try await store.put([entry(20, "later")])
            worker.wake()
            while vectors.index?.count != 7 { try await Task.sleep(for: .milliseconds(2)) }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(try await worker.status().failure == nil)
        #expect(embedder.callCount >= 5)
    }
}
