import HearthCore

#if canImport(Glibc)
import Glibc
#endif

extension MetricsText {
    /// Readings that wait to be stored.
    var queueRows: Int? { values["hearth_ingest_queue_depth"].map { Int($0) } }

    var memoryBytes: Int? { values["process_resident_memory_bytes"].map { Int($0) } }

    var uptimeSeconds: Double? {
        values["process_start_time_seconds"].map { max(0, SystemTime().now().seconds - $0) }
    }
}
