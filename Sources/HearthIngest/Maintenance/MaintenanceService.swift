import Dispatch
package import HearthCore
package import HearthSchema
package import HearthStore
package import HearthVault
package import Logging
import ServiceLifecycle
import Synchronization

/// Periodic housekeeping: drops what its retention class no longer keeps, compresses closed chunks, removes blobs that no
/// reading names and answers to old idempotency keys. A failed run is logged, counted and tried again at the next turn.
package final class MaintenanceService: Service {
    /// What one run did.
    package struct Report: Sendable, Hashable {
        package var expired = 0
        package var compaction = CompactionReport()
        package var blobsRemoved = 0
        package var answersDropped = 0
    }

    package struct Statistics: Sendable {
        package var runs = 0
        package var failures = 0
        package var lastRun: Timestamp?
        package var lastReport = Report()
    }

    /// Chunks close this long after their last reading, so that a device's offline queue still arrives as rows.
    package static let chunkClosesAfter = Duration.seconds(2 * 3600)
    /// Rows deleted per transaction, so that live ingestion waits for one of them at most.
    private static let expiryStep = 5000
    /// Uploads write their blob before their row; younger blobs may still be waiting for theirs.
    private static let blobGracePeriod = Duration.seconds(3600)
    private static let answersKept = Duration.seconds(86_400)

    private let registry: StreamRegistry
    private let store: any ReadingStore
    private let catalogue: any CatalogueStore
    private let blobs: BlobStore
    private let time: any TimeSource
    private let interval: Duration
    private let logger: Logger
    private let events: EventBus?
    private let state = Mutex(Statistics())
    /// Walking and unlinking files blocks.
    private let queue = DispatchQueue(label: "hearth.maintenance", qos: .utility)

    package init(
        registry: StreamRegistry, store: any ReadingStore, catalogue: any CatalogueStore, blobs: BlobStore,
        time: any TimeSource, interval: Duration, logger: Logger,
        events: EventBus? = nil
    ) {
        self.registry = registry
        self.store = store
        self.catalogue = catalogue
        self.blobs = blobs
        self.time = time
        self.interval = interval
        self.logger = logger
        self.events = events
    }

    package var statistics: Statistics { state.withLock { $0 } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // The first run comes after one interval: a start must not compete with the devices that reconnect.
                do { try await Task.sleep(for: self.interval) } catch { return }
                do {
                    _ = try await self.runOnce()
                } catch is CancellationError {
                    return
                } catch {
                    self.state.withLock { $0.failures += 1 }
                    self.logger.error("housekeeping failed and will be tried again: \(error)")
                }
            }
        }
    }

    /// One round over all streams.
    package func runOnce() async throws -> Report {
        var report = Report()
        for stream in registry.all {
            try Task.checkCancellation()
            if let retention = stream.retention {
                report.expired += try await expire(stream, before: time.now() - retention)
            }
            if stream.isHighRate {
                let done = try await store.compact(stream, before: time.now() - Self.chunkClosesAfter)
                report.compaction.chunks += done.chunks
                report.compaction.readings += done.readings
                report.compaction.chunkBytes += done.chunkBytes
            }
        }
        report.blobsRemoved = try await sweepBlobs()
        report.answersDropped = try await catalogue.dropAnswers(before: time.now() - Self.answersKept)
        state.withLock { statistics in
            statistics.runs += 1
            statistics.lastRun = time.now()
            statistics.lastReport = report
        }
        events?.tell(report.event(at: time.now()))
        logger.debug(
            "housekeeping done",
            metadata: [
                "expired": "\(report.expired)", "compressed": "\(report.compaction.readings)",
                "blobs_removed": "\(report.blobsRemoved)",
            ])
        return report
    }

    private func expire(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> Int {
        var total = 0
        while true {
            try Task.checkCancellation()
            let count = try await store.expire(stream, before: cutoff, limit: Self.expiryStep)
            total += count
            if count < Self.expiryStep { return total }
        }
    }

    /// Marks before it sweeps: a blob named while this runs is younger than the grace period.
    private func sweepBlobs() async throws -> Int {
        var named = Set<String>()
        for stream in registry.all {
            guard let column = stream.fieldIndex("blob") else { continue }
            named.formUnion(try await store.distinctText(of: stream, column: column))
        }
        let cutoff = time.now() - Self.blobGracePeriod
        let now = time.now()
        return try await blocking { [blobs, named] in
            var unnamed: [String] = []
            try blobs.visitAll { entry in
                if case .success(let reference) = entry.content, !named.contains(reference.sha256),
                    entry.modified < cutoff
                {
                    unnamed.append(reference.sha256)
                }
            }
            var removed = 0
            for sha256 in unnamed where try blobs.delete(sha256, unmodifiedSince: cutoff) { removed += 1 }
            _ = try blobs.removeStaleTemporaries(olderThan: Self.blobGracePeriod, now: now)
            return removed
        }
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}

extension MaintenanceService.Report {
    fileprivate func event(at now: Timestamp) -> LifecycleEvent {
        LifecycleEvent(
            id: .random(at: now), kind: .retentionRan, key: "\(EventKind.retentionRan)/\(now)", time: now,
            data: [
                "expired_readings": .integer(Int64(expired)),
                "compressed_readings": .integer(Int64(compaction.readings)),
                "removed_files": .integer(Int64(blobsRemoved)), "dropped_answers": .integer(Int64(answersDropped)),
            ])
    }
}
