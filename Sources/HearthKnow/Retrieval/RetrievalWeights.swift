/// How rankings are joined. `smoothing` and `neighbours` were chosen on the even queries of Cranfield, TIME and XQuAD alone; the others
/// earlier, with all queries in sight, and were found again to be about the best on the even ones. See docs/decisions/0016.
package struct RetrievalWeights: Sendable, Hashable {
    /// Candidates from each ranker; missing ones take the lowest score of the list.
    package var pool = 200
    /// Candidates whose text is read and looked at closely.
    package var reranked = 50
    /// Share of the text ranking, both in standard scores; the dense ranking has the rest.
    package var text = 0.4
    /// How much the mean of the best candidates' vectors is added to the query's (Rocchio 1971, pseudo-relevance
    /// feedback), and of how many.
    package var feedback = 0.5
    package var feedbackPassages = 5
    /// How much of a candidate's score is the mean of those nearest to it in meaning, among the candidates that are looked at
    /// closely, and of how many (Diaz 2005, score regularisation: near passages should have similar scores).
    package var smoothing = 0.2
    package var neighbours = 5
    /// For all neighbouring pairs of the query's words standing together in the passage, in standard scores.
    package var pairs = 0.5
    /// Of what the best other passage of the same document scored above the last candidate.
    package var siblings = 0.2
    /// For the document that links point at most.
    package var links = 0.1
    /// For the newest of the candidates, when the question asks for what is new.
    package var recency = 0.5

    package init() {}
}
