package import HearthCore
package import HearthStore

/// Finds the passages that a question is about.
package protocol PassageRetriever: Sendable {
    func search(_ request: SearchRequest) async throws -> SearchAnswer
}

package struct SearchRequest: Sendable, Hashable {
    package enum Mode: String, Sendable, CaseIterable { case hybrid, dense, text }

    package var query: String
    /// Hits wanted.
    package var limit: Int
    package var filter: DocumentFilter
    package var mode: Mode

    package init(query: String, limit: Int = 10, filter: DocumentFilter, mode: Mode = .hybrid) {
        self.query = query
        self.limit = limit
        self.filter = filter
        self.mode = mode
    }
}

package struct SearchAnswer: Sendable {
    /// Best first.
    package var hits: [SearchHit]
    /// What was really used: text when there is no model or the vectors are not there yet.
    package var mode: SearchRequest.Mode
    /// Of the query; nil without a model.
    package var embedding: [Float]?

    package init(hits: [SearchHit], mode: SearchRequest.Mode, embedding: [Float]? = nil) {
        self.hits = hits
        self.mode = mode
        self.embedding = embedding
    }
}

package struct SearchHit: Sendable, Hashable {
    package var found: FoundPassage
    /// After fusion and reranking; higher is better, comparable within one answer only.
    package var score: Double
    /// Inner product with the query's vector; nil when not ranked by it.
    package var dense: Double?
    /// BM25 score; nil when no term matched.
    package var text: Double?

    package init(found: FoundPassage, score: Double, dense: Double? = nil, text: Double? = nil) {
        self.found = found
        self.score = score
        self.dense = dense
        self.text = text
    }
}
