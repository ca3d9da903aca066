/// Hears how retrieval goes: what metrics are made of.
package protocol RetrievalObserver: Sendable {
    /// `retrieval_latency_seconds` by mode.
    func searched(mode: SearchRequest.Mode, seconds: Double)
    /// `vector_query_seconds`.
    func queriedVectors(seconds: Double)
    /// `vectors_indexed_total`.
    func indexed(vectors: Int)
    /// `vector_index_lag_changes`: changes of the library that are not in the index yet.
    func lags(changes: Int64)
}

/// Hears nothing.
package struct SilentRetrievalObserver: RetrievalObserver {
    package init() {}
    package func searched(mode: SearchRequest.Mode, seconds: Double) {}
    package func queriedVectors(seconds: Double) {}
    package func indexed(vectors: Int) {}
    package func lags(changes: Int64) {}
}
