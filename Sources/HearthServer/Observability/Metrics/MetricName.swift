/// The name of a metric as Prometheus knows it. `docs/reference/metrics.md` explains each.
package struct MetricName: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

extension MetricName {
    static let requests = MetricName("http_requests_total")
    static let requestDuration = MetricName("http_request_duration_seconds")
    static let expressRequests = MetricName("hearth_express_requests_total")
    static let requestsInFlight = MetricName("hearth_http_requests_in_flight")
    static let connections = MetricName("hearth_connections")
    static let connectionsRefused = MetricName("hearth_connections_refused_total")
    static let sockets = MetricName("hearth_websocket_connections")
    static let socketMessages = MetricName("hearth_websocket_messages_total")
    static let socketCloses = MetricName("hearth_websocket_closes_total")
    static let authenticationFailures = MetricName("hearth_authentication_failures_total")
    static let recordsProcessed = MetricName("records_processed_total")
    static let processingLatency = MetricName("processing_latency_seconds")
    static let processorRecords = MetricName("hearth_processor_records_total")
    static let processorFailedSteps = MetricName("hearth_processor_failed_steps_total")
    static let processorStepDuration = MetricName("hearth_processor_step_seconds")
    static let processorLag = MetricName("hearth_processor_lag_records")
    static let processorLagAge = MetricName("hearth_processor_lag_seconds")
    static let deadLetters = MetricName("hearth_dead_letters")
    static let spoolReadings = MetricName("hearth_spool_readings_total")
    static let spoolFiles = MetricName("hearth_spool_files_total")
    static let spoolWaitingFiles = MetricName("hearth_spool_waiting_files")
    static let spoolWaitingBytes = MetricName("hearth_spool_waiting_bytes")
    static let articlesIngested = MetricName("articles_ingested_total")
    static let chatAnswers = MetricName("chat_answers_total")
    static let retrievalLatency = MetricName("retrieval_latency_seconds")
    static let vectorQuery = MetricName("vector_query_seconds")
    static let vectorsIndexed = MetricName("vectors_indexed_total")
    static let vectorIndexLag = MetricName("vector_index_lag_changes")
    static let queueDepth = MetricName("hearth_ingest_queue_depth")
    static let queueRefused = MetricName("hearth_ingest_refused_total")
    static let commits = MetricName("hearth_commits_total")
    static let commitFailures = MetricName("hearth_commit_failures_total")
    static let commitDuration = MetricName("hearth_commit_seconds")
    static let logLinesDropped = MetricName("hearth_log_lines_dropped_total")
    static let residentMemory = MetricName("process_resident_memory_bytes")
    static let processorTime = MetricName("process_cpu_seconds_total")
    static let openFiles = MetricName("process_open_fds")
    static let startTime = MetricName("process_start_time_seconds")
    static let build = MetricName("hearth_build_info")
}
