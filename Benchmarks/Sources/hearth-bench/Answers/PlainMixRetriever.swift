import HearthCore
import HearthInference
import HearthKnow
import HearthStore

/// The simplest hybrid: BM25 and vectors, each scaled to 0…1 over all passages, half and half. It stands in for the index,
/// so that answers are measured on the same passages whatever retrieval does.
struct PlainMixRetriever: PassageRetriever, TermStatistics {
    private let passages: [FoundPassage]
    private let counts: [[String: Double]]
    private let holders: [String: Int]
    private let vectors: [[Float]]?
    private let embedder: (any TextEmbedder)?

    init(_ passages: [FoundPassage], vectors: [[Float]]?, embedder: (any TextEmbedder)?) {
        self.passages = passages
        self.vectors = vectors
        self.embedder = embedder
        counts = passages.map { found in
            Stems.all(in: found.document.title + " " + found.passage.text).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        holders = counts.reduce(into: [:]) { holders, counts in
            for stem in counts.keys { holders[stem, default: 0] += 1 }
        }
    }

    func frequencies(of words: [String], scope: DocumentFilter) async throws -> TermFrequencies {
        TermFrequencies(
            passages: passages.count, counts: words.map { Stems.all(in: $0).first.flatMap { holders[$0] } ?? 0 })
    }

    func search(_ request: SearchRequest) async throws -> SearchAnswer {
        let stems = Stems.all(in: request.query)
        let lengths = counts.map { $0.values.reduce(0, +) }
        let average = lengths.reduce(0, +) / Double(max(1, lengths.count))
        let total = Double(passages.count)
        let text = zip(counts, lengths).map { counts, length in
            stems.reduce(0.0) { sum, stem in
                guard let count = counts[stem], let holders = holders[stem] else { return sum }
                let weight = Stems.weight(passages: total, holders: Double(holders))
                return sum + weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
            }
        }
        var embedding: [Float]?
        var dense: [Double]?
        if let embedder, let vectors {
            let question = try await embedder.embed([request.query])[0]
            embedding = question
            dense = vectors.map { zip($0, question).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } }
        }
        let mixed = dense.map { zip(Self.scaled(text), Self.scaled($0)).map { ($0 + $1) / 2 } } ?? Self.scaled(text)
        let best = mixed.indices.sorted { (mixed[$1], $0) < (mixed[$0], $1) }.prefix(request.limit)
        return SearchAnswer(
            hits: best.map {
                SearchHit(found: passages[$0], score: mixed[$0], dense: dense?[$0], text: text[$0] > 0 ? text[$0] : nil)
            }, mode: dense == nil ? .text : .hybrid, embedding: embedding)
    }

    private static func scaled(_ scores: [Double]) -> [Double] {
        guard let low = scores.min(), let high = scores.max(), high > low else { return scores.map { _ in 0 } }
        return scores.map { ($0 - low) / (high - low) }
    }
}
