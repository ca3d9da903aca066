import Synchronization

/// The numbers of one hot path, found once and counted often. What never happened has no number, as on the ordinary path.
final class ExpressMeters: Sendable {
    private struct Receipts {
        let requests: Counter
        let durations: Histogram
        let records: Counter
        let latency: Histogram
    }

    private struct Found {
        var stored: Receipts?
        var duplicate: Receipts?
    }

    private let metrics: ServerMetrics
    private let stream: String
    private let route: String
    private let found = Mutex(Found())

    init(_ metrics: ServerMetrics, stream: String, route: String) {
        self.metrics = metrics
        self.stream = stream
        self.route = route
    }

    /// A receipt was given.
    func received(isDuplicate: Bool, after duration: Duration, ofWhichProcessing processing: Duration) {
        let receipts = found.withLock { found in
            if let known = isDuplicate ? found.duplicate : found.stored { return known }
            let made = find(isDuplicate)
            if isDuplicate { found.duplicate = made } else { found.stored = made }
            return made
        }
        receipts.requests.add()
        receipts.durations.observe(duration)
        receipts.records.add()
        receipts.latency.observe(processing)
    }

    /// A request failed behind admission.
    func failed(status: Int, isRejected: Bool, after duration: Duration) {
        if isRejected { metrics.count(1, of: stream, .rejected) }
        metrics.finished(method: "POST", route: route, status: status, after: duration)
    }

    private func find(_ isDuplicate: Bool) -> Receipts {
        Receipts(
            requests: metrics.requests[.init(method: "POST", route: route, status: isDuplicate ? 200 : 201)],
            durations: metrics.requestDurations[.init(method: "POST", route: route)],
            records: metrics.records[.init(stream: stream, outcome: isDuplicate ? .duplicate : .stored)],
            latency: metrics.processingLatency[ReadingRoutes.door])
    }
}
