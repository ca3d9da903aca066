package import HearthCore
import HearthIndex
package import HearthInference
package import HearthStore

/// Finds passages by words and by meaning, joins both rankings and looks at the best closely. Without a model, or before
/// vectors are there, words alone decide, and the answer says so.
package struct HybridRetriever: PassageRetriever {
    /// Characters of a query that count.
    package static let longestQuery = 4000
    /// Hits of one search.
    package static let mostHits = 200

    private let store: any LibraryStore
    private let embedder: (any TextEmbedder)?
    private let vectors: PassageVectors?
    private let importance: LinkImportance
    private let weights: RetrievalWeights
    private let observer: any RetrievalObserver

    package init(
        store: any LibraryStore, embedder: (any TextEmbedder)? = nil, vectors: PassageVectors? = nil,
        weights: RetrievalWeights = RetrievalWeights(), observer: any RetrievalObserver = SilentRetrievalObserver()
    ) {
        self.store = store
        self.embedder = embedder
        self.vectors = vectors
        self.weights = weights
        self.observer = observer
        importance = LinkImportance(store: store)
    }

    package func search(_ request: SearchRequest) async throws -> SearchAnswer {
        let start = ContinuousClock.now
        var request = request
        request.query = String(request.query.prefix(Self.longestQuery))
        request.limit = min(max(request.limit, 0), Self.mostHits)
        let answer = try await answer(request)
        observer.searched(mode: answer.mode, seconds: (ContinuousClock.now - start).inSeconds)
        return answer
    }

    private func answer(_ request: SearchRequest) async throws -> SearchAnswer {
        if request.limit == 0 || request.query.allSatisfy(\.isWhitespace) {
            return SearchAnswer(hits: [], mode: request.mode == .dense ? .text : request.mode)
        }
        async let ranked = textRanking(request)
        async let surroundings = self.surroundings(of: request)
        var embedding: [Float]?
        if request.mode != .text, let embedder {
            embedding = try await embedder.embed([request.query], priority: .interactive).first
        }
        var fusion = CandidateFusion()
        var mode = SearchRequest.Mode.text
        if let embedding, let index = vectors?.index, index.count > 0 {
            let matches = try await nearest(embedding, request, in: index)
            for match in matches { fusion.add(match.number, dense: Double(match.score)) }
            if !matches.isEmpty { mode = request.mode }
        }
        if mode == .dense {
            // Nothing but the model decides.
            let candidates = Array(fusion.candidates.prefix(request.limit))
            let found = try await store.passages(numbered: candidates.map(\.number), person: request.filter.person)
            let scores = Dictionary(uniqueKeysWithValues: candidates.map { ($0.number, $0.dense ?? 0) })
            let hits = found.map { passage in
                let score = scores[passage.passage.number] ?? 0
                return SearchHit(found: passage, score: score, dense: score)
            }
            return SearchAnswer(hits: hits, mode: .dense, embedding: embedding)
        }
        for passage in try await ranked { fusion.add(passage.number, text: passage.score) }
        if mode == .hybrid, let embedding, let index = vectors?.index {
            try await complete(&fusion, embedding, in: index)
        } else {
            fusion.rank(textWeight: 1, denseWeight: 0, pool: weights.pool)
        }
        let hits = try await rerank(fusion, request, try await surroundings)
        return SearchAnswer(hits: hits, mode: mode, embedding: embedding)
    }

    /// What the closer look needs beside the candidates.
    private struct Surroundings {
        var rarity: [String: Double] = [:]
        var importance: [UniqueID: Double] = [:]
    }

    private func surroundings(of request: SearchRequest) async throws -> Surroundings {
        if request.mode == .dense, isDensePossible { return Surroundings() }
        return Surroundings(
            rarity: try await store.weights(of: QueryPairs.terms(of: request.query)),
            importance: try await importance.ranks(person: request.filter.person))
    }

    private var isDensePossible: Bool { embedder != nil && (vectors?.index?.count ?? 0) > 0 }

    private func textRanking(_ request: SearchRequest) async throws -> [RankedPassage] {
        if request.mode == .dense, isDensePossible { return [] }
        return try await store.rank(
            text: TextQuery(request.query), request.filter, limit: max(weights.pool, request.limit))
    }

    /// The nearest passages of the filter.
    private func nearest(
        _ embedding: [Float], _ request: SearchRequest, in index: VectorIndex
    ) async throws -> [VectorMatch] {
        let start = ContinuousClock.now
        let filter = request.filter
        let matches = try await index.search(
            embedding, limit: max(weights.pool, request.limit),
            filter: VectorFilter(
                person: filter.person, from: filter.from, to: filter.to, sources: filter.sources,
                kinds: filter.kinds.map { Set($0.map(PassageKind.number)) }))
        observer.queriedVectors(seconds: (ContinuousClock.now - start).inSeconds)
        return matches
    }

    /// Gives what only the words found its nearness, moves the query towards the best candidates, and ranks.
    private func complete(_ fusion: inout CandidateFusion, _ embedding: [Float], in index: VectorIndex) async throws {
        let unknown = fusion.candidates.filter { $0.dense == nil }.map(\.number)
        for (number, score) in try await index.scores(embedding, of: unknown) {
            fusion.add(number, dense: Double(score))
        }
        let dense = 1 - weights.text
        fusion.rank(textWeight: weights.text, denseWeight: dense, pool: weights.pool)
        if weights.feedback > 0, let moved = try await moved(embedding, towards: fusion, in: index) {
            fusion.set(nearness: try await index.scores(moved, of: fusion.numbers))
            fusion.rank(textWeight: weights.text, denseWeight: dense, pool: weights.pool)
        }
        guard weights.smoothing > 0 else { return }
        let smoothed = Array(fusion.numbers.prefix(weights.reranked))
        fusion.smooth(
            smoothed.count, products: try await index.products(among: smoothed), share: weights.smoothing,
            neighbours: weights.neighbours)
    }

    /// The query's vector moved towards the mean of the best candidates; nil where none of them has a vector.
    private func moved(
        _ embedding: [Float], towards fusion: CandidateFusion, in index: VectorIndex
    ) async throws -> [Float]? {
        let best = fusion.candidates.prefix(weights.feedbackPassages).map(\.number)
        let neighbours = try await index.vectors(of: best)
        guard !neighbours.isEmpty else { return nil }
        var moved = embedding
        // In order of rank, so that sums are the same in every run.
        for vector in best.compactMap({ neighbours[$0] }) {
            for place in moved.indices {
                moved[place] += Float(weights.feedback) * vector[place] / Float(neighbours.count)
            }
        }
        let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? moved.map { $0 / length } : nil
    }

    /// Reads the best candidates and adds what their text and their documents tell.
    private func rerank(
        _ fusion: CandidateFusion, _ request: SearchRequest, _ surroundings: Surroundings
    ) async throws -> [SearchHit] {
        let candidates = Array(fusion.candidates.prefix(max(weights.reranked, request.limit)))
        let byNumber = Dictionary(uniqueKeysWithValues: candidates.map { ($0.number, $0) })
        let found = try await store.passages(numbered: candidates.map(\.number), person: request.filter.person)
        let pairs = QueryPairs(query: request.query, weights: surroundings.rarity)
        let times = found.map(\.document.timestamp).sorted()
        let asksForNews = QueryPairs.asksForNews(request.query)
        var hits = found.map { passage in
            let candidate = byNumber[passage.passage.number]
            var score = candidate?.score ?? 0
            score += weights.pairs * pairs.share(in: passage.passage.text)
            score += weights.links * (surroundings.importance[passage.document.id] ?? 0)
            if asksForNews, times.count > 1, let place = times.firstIndex(of: passage.document.timestamp) {
                score += weights.recency * Double(place) / Double(times.count - 1)
            }
            return SearchHit(found: passage, score: score, dense: candidate?.dense, text: candidate?.text)
        }
        Self.addSiblings(to: &hits, weight: weights.siblings)
        hits.sort {
            $0.score != $1.score ? $0.score > $1.score : $0.found.passage.number < $1.found.passage.number
        }
        return Array(hits.prefix(request.limit))
    }

    /// A passage gains when another one of its document is among the best, by how far that one is above the last.
    static func addSiblings(to hits: inout [SearchHit], weight: Double) {
        guard let lowest = hits.map(\.score).min() else { return }
        var best: [UniqueID: [Double]] = [:]
        for hit in hits { best[hit.found.document.id, default: []].append(hit.score) }
        for id in best.keys { best[id]?.sort(by: >) }
        for index in hits.indices {
            guard let scores = best[hits[index].found.document.id], scores.count > 1 else { continue }
            // The best one's best sibling is the second.
            let sibling = hits[index].score == scores[0] ? scores[1] : scores[0]
            hits[index].score += weight * (sibling - lowest)
        }
    }
}
