package import HearthCore
import HearthIndex
package import HearthInference
package import HearthStore

/// Finds passages by words and by meaning, joins both rankings and looks at the best closely. Without a model, or before
/// vectors are there, words alone decide, and the answer says so.
package struct HybridRetriever: PassageRetriever {
    /// Characters of a query that count.
    package static let longestQuery = 4000
    /// Passages without a vector that a search embeds itself: what was stored a moment ago, or waits behind much else, is found
    /// as well as the rest.
    private static let embeddedNow = 4
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
            do {
                embedding = try await embedder.embed([request.query], priority: .interactive).first
            } catch let error as HearthError where ErrorCode.ofModels.contains(error.code) {
                // A damaged model is as good as none. The answer's mode says it; those who fill the index log why.
                var words = request
                words.mode = .text
                return try await self.answer(words)
            }
        }
        var fusion = CandidateFusion()
        var mode = SearchRequest.Mode.text
        var near: [Int64] = []
        if let embedding, let index = vectors?.index, index.count > 0 {
            if request.mode == .dense {
                let matches = try await nearest(embedding, request, in: index)
                if !matches.isEmpty {
                    let hits = try await hits(of: matches, person: request.filter.person)
                    return SearchAnswer(hits: hits, mode: .dense, embedding: embedding)
                }
            } else {
                near = try await candidates(embedding, request, in: index)
            }
        }
        for passage in try await ranked { fusion.add(passage.number, text: passage.score) }
        var selection: VectorSelection?
        if !near.isEmpty, let embedding, let index = vectors?.index {
            mode = .hybrid
            let vectors = try await self.selection(of: near, and: fusion.numbers, in: index, request)
            try join(&fusion, near, embedding, vectors, limit: max(weights.pool, request.limit))
            selection = vectors
        } else {
            fusion.rank(textWeight: 1, denseWeight: 0, pool: weights.pool)
        }
        // Smoothing changes their order, not which they are.
        let best = Array(fusion.numbers.prefix(max(weights.reranked, request.limit)))
        async let found = store.passages(numbered: best, person: request.filter.person)
        if let selection { smooth(&fusion, selection) }
        let hits = rerank(fusion, try await found, request, try await surroundings)
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

    /// The nearest passages of the filter, best first. Nothing but the model decides.
    private func nearest(
        _ embedding: [Float], _ request: SearchRequest, in index: VectorIndex
    ) async throws -> [VectorMatch] {
        try await observed {
            try await index.search(embedding, limit: request.limit, filter: VectorFilter(request.filter))
        }
    }

    private func hits(of matches: [VectorMatch], person: UniqueID) async throws -> [SearchHit] {
        let found = try await store.passages(numbered: matches.map(\.number), person: person)
        let scores = Dictionary(uniqueKeysWithValues: matches.map { ($0.number, Double($0.score)) })
        return found.map { passage in
            let score = scores[passage.passage.number] ?? 0
            return SearchHit(found: passage, score: score, dense: score)
        }
    }

    /// Passages among which the pool's nearest of the filter are.
    private func candidates(
        _ embedding: [Float], _ request: SearchRequest, in index: VectorIndex
    ) async throws -> [Int64] {
        try await observed {
            try await index.candidates(
                embedding, limit: max(weights.pool, request.limit), filter: VectorFilter(request.filter))
        }
    }

    private func observed<Value>(_ query: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        let value = try await query()
        observer.queriedVectors(seconds: (ContinuousClock.now - start).inSeconds)
        return value
    }

    /// The vectors of what is near and of what the words found, best first: also of the best of these that have none yet.
    private func selection(
        of near: [Int64], and found: [Int64], in index: VectorIndex, _ request: SearchRequest
    ) async throws -> VectorSelection {
        var selection = try await index.selection(of: near + found)
        let waiting = Array(found.lazy.filter { selection[$0] == nil }.prefix(Self.embeddedNow))
        guard let embedder, !waiting.isEmpty else { return selection }
        let passages = try await store.passages(numbered: waiting, person: request.filter.person)
        let texts = passages.map { EmbeddingFollower.text(title: $0.document.title, passage: $0.passage.text) }
        let embeddings: [[Float]]
        do {
            embeddings = try await embedder.embed(texts, priority: .interactive)
        } catch let error as HearthError where ErrorCode.ofModels.contains(error.code) {
            // They were found by their words, and rank by these.
            return selection
        }
        for (passage, vector) in zip(passages, embeddings) {
            try selection.add(vector, of: passage.passage.number)
        }
        return selection
    }

    /// Adds the nearest `limit` of what is near, gives what the words found its nearness, moves the query towards the best
    /// candidates, and ranks.
    private func join(
        _ fusion: inout CandidateFusion, _ near: [Int64], _ embedding: [Float], _ vectors: VectorSelection, limit: Int
    ) throws {
        let found = fusion.numbers
        let scores = try vectors.scores(embedding)
        let nearest = near.compactMap { number in scores[number].map { (number: number, score: $0) } }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }.prefix(limit)
        for (number, score) in nearest { fusion.add(number, dense: Double(score)) }
        for number in found { if let score = scores[number] { fusion.add(number, dense: Double(score)) } }
        let dense = 1 - weights.text
        fusion.rank(textWeight: weights.text, denseWeight: dense, pool: weights.pool)
        if weights.feedback > 0, let moved = moved(embedding, towards: fusion, vectors) {
            fusion.set(nearness: try vectors.scores(moved))
            fusion.rank(textWeight: weights.text, denseWeight: dense, pool: weights.pool)
        }
    }

    /// Moves the scores of the best candidates towards those of their neighbours.
    private func smooth(_ fusion: inout CandidateFusion, _ vectors: VectorSelection) {
        guard weights.smoothing > 0 else { return }
        let smoothed = fusion.numbers.prefix(weights.reranked)
        fusion.smooth(
            smoothed.count, products: vectors.products(among: smoothed), share: weights.smoothing,
            neighbours: weights.neighbours)
    }

    /// The query's vector moved towards the mean of the best candidates; nil where none of them has a vector.
    private func moved(
        _ embedding: [Float], towards fusion: CandidateFusion, _ vectors: VectorSelection
    ) -> [Float]? {
        // In order of rank, so that sums are the same in every run.
        let best = fusion.candidates.prefix(weights.feedbackPassages).compactMap { vectors[$0.number] }
        guard !best.isEmpty else { return nil }
        let share = Float(weights.feedback) / Float(best.count)
        var moved = embedding
        for vector in best {
            for (place, component) in zip(moved.indices, vector) { moved[place] += share * component }
        }
        let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? moved.map { $0 / length } : nil
    }

    /// Adds what the texts and the documents of the best candidates tell.
    private func rerank(
        _ fusion: CandidateFusion, _ found: [FoundPassage], _ request: SearchRequest, _ surroundings: Surroundings
    ) -> [SearchHit] {
        let candidates = fusion.candidates.prefix(max(weights.reranked, request.limit))
        let byNumber = Dictionary(uniqueKeysWithValues: candidates.map { ($0.number, $0) })
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

extension VectorFilter {
    /// What a filter of documents says of their passages' vectors.
    fileprivate init(_ filter: DocumentFilter) {
        self.init(
            person: filter.person, from: filter.from, to: filter.to, sources: filter.sources,
            kinds: filter.kinds.map { Set($0.map(PassageKind.number)) })
    }
}
