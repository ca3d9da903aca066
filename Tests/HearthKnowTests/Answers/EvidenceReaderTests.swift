import HearthInference
import HearthKnow
import HearthStore
import Synchronization
import Testing

struct EvidenceReaderTests {
    /// Notes what it embeds.
    private final class NotingEmbedder: TextEmbedder {
        private let hashing = HashingEmbedder()
        private let noted = Mutex<[String]>([])

        var name: String { hashing.name }
        var dimension: Int { hashing.dimension }
        var texts: [String] { noted.withLock { $0 } }

        func embed(_ texts: [String]) async throws -> [[Float]] {
            noted.withLock { $0 += texts }
            return try await hashing.embed(texts)
        }
    }

    @Test func `a passage that only its words brought is compared with its title, as the index has it`() async throws {
        let retriever = OverlapRetriever([("Boiler", "It was serviced in October."), ("", "The boiler hums at night.")])
        let embedder = NotingEmbedder()
        let scope = DocumentFilter(person: AnswerFixture.person)
        let query = "When was the boiler serviced?"
        var found = try await retriever.search(SearchRequest(query: query, limit: 8, filter: scope))
        found.embedding = try await HashingEmbedder().embed([query])[0]
        let evidence = try await EvidenceReader(statistics: retriever, embedder: embedder)
            .read(query, found: found, scope: scope)
        #expect(evidence.sentences.count == 2)
        #expect(embedder.texts.count == 4)
        #expect(embedder.texts.suffix(2) == ["Boiler. It was serviced in October.", "The boiler hums at night."])
    }
}
