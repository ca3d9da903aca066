import HearthCore
package import HearthKnow

/// What is counted of documents, search and answers.
final class LibraryMetrics: Sendable {
    let articles = Counter()
    let answered = Counter()
    let unanswered = Counter()
    let vectorsIndexed = Counter()
    let indexLag = Gauge()
    let vectorQueries = Histogram()
    /// In the order of the modes.
    let searches = SearchRequest.Mode.allCases.map { (mode: $0, histogram: Histogram()) }
}

extension ServerMetrics: RetrievalObserver {
    package func searched(mode: SearchRequest.Mode, seconds: Double) {
        library.searches.first { $0.mode == mode }?.histogram.observe(.seconds(seconds))
    }

    package func queriedVectors(seconds: Double) { library.vectorQueries.observe(.seconds(seconds)) }

    package func indexed(vectors: Int) { library.vectorsIndexed.add(vectors) }

    package func lags(changes: Int64) { library.indexLag.set(Int(clamping: changes)) }

    /// Documents that came or came changed.
    package func stored(articles: Int) { library.articles.add(articles) }

    /// A question was answered, or honestly was not.
    package func told(isAnswered: Bool) { (isAnswered ? library.answered : library.unanswered).add() }
}

extension MetricsPage {
    mutating func add(_ library: LibraryMetrics) {
        single(
            .articlesIngested, .counter, "Documents that were stored, new ones and new versions.",
            library.articles.value)
        begin(.chatAnswers, .counter, "Questions by whether what is stored answered them.")
        sample(.chatAnswers, [("answered", "true")], library.answered.value)
        sample(.chatAnswers, [("answered", "false")], library.unanswered.value)
        begin(.retrievalLatency, .histogram, "Time that searches for passages took, by what ranked them.")
        for (mode, histogram) in library.searches { add(.retrievalLatency, [("mode", mode.rawValue)], histogram) }
        begin(.vectorQuery, .histogram, "Time that searches of the vector index took.")
        add(.vectorQuery, [], library.vectorQueries)
        single(.vectorsIndexed, .counter, "Passages whose vectors were indexed.", library.vectorsIndexed.value)
        single(.vectorIndexLag, .gauge, "Changes of the library that the vector index lacks.", library.indexLag.value)
    }

    private mutating func add(_ name: MetricName, _ labels: [(String, String)], _ histogram: Histogram) {
        let snapshot = histogram.snapshot
        self.histogram(
            name, labels, bounds: histogram.bounds, cumulative: snapshot.cumulative, sum: snapshot.sum)
    }
}
