import HTTPTypes
import HearthCore
import HearthIngest
import HearthNotify
import HearthPipeline
import HearthVault
import Hummingbird

/// `GET /metrics`, for tokens with the right to read metrics.
enum MetricsRoutes {
    static func routes(_ dependencies: ServerDependencies) -> [Route] {
        let start = dependencies.time.now()
        return [
            Route(
                .get, "/metrics", "getMetrics", tag: "Operation", "Numbers for Prometheus",
                detail: "For tokens of the owner and of the role `auditor`.",
                answers: [RouteAnswer(200, "The numbers", [RouteContent("text/plain", Shape.text)])]
            ) { _, context in
                try context.require(.readMetrics)
                var page = MetricsPage()
                let counts = dependencies.processors?.counts ?? []
                page.add(dependencies.metrics)
                page.add(dependencies.metrics, latenciesOf: counts)
                page.add(dependencies.ingest.writer)
                page.add(counts, try await dependencies.processors?.overviews() ?? [])
                if let spool = dependencies.spool { page.add(spool.overview) }
                if let notifier = dependencies.notifier {
                    page.add(notifier.events, try await notifier.overview())
                }
                if dependencies.library != nil { page.add(dependencies.metrics.library) }
                page.add(ProcessStatistics.now(), start: start, dependencies)
                return .bytes(Array(page.text.utf8), contentType: MetricsPage.mediaType)
            }
        ]
    }
}

extension MetricsPage {
    fileprivate mutating func add(_ metrics: ServerMetrics) {
        begin(.requests, .counter, "HTTP requests answered, by method, route template and status.")
        for (labels, counter) in metrics.requests.all.sorted(by: { $0.labels.order < $1.labels.order }) {
            sample(
                .requests,
                [("method", labels.method), ("route", labels.route), ("status", String(labels.status))], counter.value)
        }
        begin(.requestDuration, .histogram, "Time from a request's head to the end of its answer.")
        for (labels, histogram) in metrics.requestDurations.all.sorted(by: { $0.labels.order < $1.labels.order }) {
            let snapshot = histogram.snapshot
            self.histogram(
                .requestDuration, [("method", labels.method), ("route", labels.route)], bounds: histogram.bounds,
                cumulative: snapshot.cumulative, sum: snapshot.sum)
        }
        single(
            .expressRequests, .counter, "HTTP requests that the express lane answered.", metrics.expressRequests.value)
        single(.requestsInFlight, .gauge, "HTTP requests being answered.", metrics.requestsInFlight.value)
        single(.connections, .gauge, "Open connections.", metrics.connections.value)
        single(
            .connectionsRefused, .counter, "Connections closed at once because too many were open.",
            metrics.connectionsRefused.value)
        single(
            .authenticationFailures, .counter, "Requests with a token that is not good.",
            metrics.authenticationFailures.value)
        begin(.sockets, .gauge, "Open WebSockets, by kind.")
        for (kind, gauge) in metrics.sockets.all.sorted(by: { $0.labels < $1.labels }) {
            sample(.sockets, [("kind", kind)], gauge.value)
        }
        begin(.socketMessages, .counter, "WebSocket messages received, by kind of socket.")
        for (kind, counter) in metrics.socketMessages.all.sorted(by: { $0.labels < $1.labels }) {
            sample(.socketMessages, [("kind", kind)], counter.value)
        }
        begin(.socketCloses, .counter, "WebSockets closed, by the close code that was sent first; 1006: none was.")
        for (code, counter) in metrics.socketCloses.all.sorted(by: { $0.labels < $1.labels }) {
            sample(.socketCloses, [("code", String(code))], counter.value)
        }
        begin(.recordsProcessed, .counter, "Readings that came in, by stream and by what became of them.")
        for (labels, counter) in metrics.records.all.sorted(by: { $0.labels.order < $1.labels.order }) {
            sample(
                .recordsProcessed, [("stream", labels.stream), ("outcome", labels.outcome.rawValue)], counter.value)
        }
    }

    fileprivate mutating func add(_ writer: CommitWriter) {
        let statistics = writer.statistics
        single(.queueDepth, .gauge, "Readings that wait for a transaction.", writer.queueDepth)
        single(.queueRefused, .counter, "Readings turned away because the queue was full.", statistics.refused)
        single(.commits, .counter, "Transactions made durable.", statistics.commits)
        single(.commitFailures, .counter, "Transactions that failed.", statistics.failures)
        begin(.commitDuration, .histogram, "Time from the start of a transaction to its being durable.")
        histogram(
            .commitDuration, bounds: CommitStatistics.bounds,
            cumulative: statistics.counts.map { UInt64($0) } + [UInt64(statistics.commits)], sum: statistics.sum)
    }

    fileprivate mutating func add(
        _ process: ProcessStatistics, start: Timestamp, _ dependencies: ServerDependencies
    ) {
        if let log = dependencies.accessLog {
            single(.logLinesDropped, .counter, "Lines of the request log that were dropped.", log.droppedLines)
        }
        single(.residentMemory, .gauge, "Memory of the process that is in RAM.", process.residentBytes)
        single(.processorTime, .counter, "Processor time of the process.", process.processorSeconds)
        single(.openFiles, .gauge, "Open file descriptors of the process.", process.openFiles)
        single(.startTime, .gauge, "When the server was made, in seconds since 1970.", start.seconds)
        begin(.build, .gauge, "Always 1; the labels say what runs.")
        sample(.build, [("version", dependencies.settings.version)], 1)
    }
}

extension ServerMetrics.Request {
    fileprivate var order: (String, String, Int) { (route, method, status) }
}

extension ServerMetrics.Route {
    fileprivate var order: (String, String) { (route, method) }
}

extension ServerMetrics.Records {
    fileprivate var order: (String, String) { (stream, outcome.rawValue) }
}
