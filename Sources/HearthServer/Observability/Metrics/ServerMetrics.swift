package import HearthIngest

/// The numbers that the edge counts itself. What others count, `MetricsRoutes` asks them for.
package final class ServerMetrics: Sendable {
    struct Request: Hashable, Sendable {
        var method: String
        /// The template that was matched, such as `/streams/:stream`, never the path itself.
        var route: String
        var status: Int
    }

    struct Route: Hashable, Sendable {
        var method: String
        var route: String
    }

    struct Records: Hashable, Sendable {
        var stream: String
        var outcome: Outcome
    }

    /// What became of a reading.
    package enum Outcome: String, Sendable, CaseIterable { case stored, duplicate, rejected }

    /// Enough for every route with every status it has.
    private static let seriesLimit = 2000

    let requests = MetricFamily<Request, Counter>(
        limit: seriesLimit, overflow: Request(method: "other", route: "other", status: 0), make: Counter.init)
    let requestDurations = MetricFamily<Route, Histogram>(
        limit: seriesLimit, overflow: Route(method: "other", route: "other"), make: { Histogram() })
    /// Of `requests`, those that were answered on the event loop.
    let expressRequests = Counter()
    let requestsInFlight = Gauge()
    let connections = Gauge()
    let connectionsRefused = Counter()
    let sockets = MetricFamily<String, Gauge>(limit: 16, overflow: "other", make: Gauge.init)
    let socketMessages = MetricFamily<String, Counter>(limit: 16, overflow: "other", make: Counter.init)
    let socketCloses = MetricFamily<Int, Counter>(limit: 64, overflow: 0, make: Counter.init)
    let authenticationFailures = Counter()
    let records = MetricFamily<Records, Counter>(
        limit: seriesLimit, overflow: Records(stream: "other", outcome: .rejected), make: Counter.init)
    /// From the last byte of a reading's request or message to its answer.
    let processingLatency = MetricFamily<String, Histogram>(limit: 16, overflow: "other", make: { Histogram() })
    let library = LibraryMetrics()

    package init() {}

    package func finished(method: String, route: String, status: Int, after duration: Duration) {
        requests[Request(method: method, route: route, status: status)].add()
        requestDurations[Route(method: method, route: route)].observe(duration)
    }

    /// Counts a long call of a kind as open, or with -1 as ended.
    package func opened(_ kind: String, _ change: Int) { sockets[kind].add(change) }

    /// Counts a connection of another door.
    ///
    /// - Returns: Whether there is room for it: at most `limit` of all doors together. It is counted in either case, until
    ///   `connectionEnded`.
    package func connectionBegan(limit: Int) -> Bool {
        let isFit = connections.add(1) <= limit
        if !isFit { connectionsRefused.add() }
        return isFit
    }

    package func connectionEnded() { connections.add(-1) }

    /// Counts messages of long calls, and how long their answers took.
    package func answered(_ count: Int, of kind: String, after duration: Duration) {
        socketMessages[kind].add(count)
        processingLatency[kind].observe(duration, count: count)
    }

    /// Counts what became of the readings of a batch.
    ///
    /// - Parameter stream: Counts refused readings that do not say which stream they were meant for.
    package func count(_ report: AdmissionReport, stream: String?) {
        for share in report.streams {
            count(share.stored, of: share.stream, .stored)
            count(share.duplicates, of: share.stream, .duplicate)
        }
        var refused: [String?: Int] = [:]
        for rejection in report.rejected { refused[rejection.stream ?? stream, default: 0] += 1 }
        for (stream, number) in refused { count(number, of: stream, .rejected) }
    }

    /// Counts what became of the readings of a segment.
    package func count(_ share: SpoolService.Share) {
        for stream in share.streams {
            count(stream.stored, of: stream.stream, .stored)
            count(stream.duplicates, of: stream.stream, .duplicate)
        }
        for (stream, number) in share.rejected { count(number, of: stream, .rejected) }
    }

    /// Counts what became of readings. A stream that is not known is counted as `unknown`.
    package func count(_ count: Int, of stream: String?, _ outcome: Outcome) {
        if count > 0 { records[Records(stream: stream ?? "unknown", outcome: outcome)].add(count) }
    }
}
