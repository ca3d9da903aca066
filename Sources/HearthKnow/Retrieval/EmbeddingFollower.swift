package import HearthCore
import HearthIndex
package import HearthInference
package import HearthIngest
package import HearthStore
package import Logging
package import ServiceLifecycle
import Synchronization

/// Follows the library and keeps vectors of its passages: documents are stored without waiting for it. Stopping does not wait
/// for a batch; what was not indexed comes again at the next start, from the place in the changes that the index knows.
///
/// Without an embedder it only forgets: vectors of passages that went leave an index that nobody searches now, and what came
/// is embedded when there is a model again.
package final class EmbeddingFollower: Service {
    package struct Options: Sendable {
        /// Changes that are read, embedded and indexed together.
        package var batch = 128
        /// When nobody wakes it, it looks itself.
        package var safetyPoll = Duration.seconds(10)
        /// Vectors that were removed leave the disk this soon after the last time that any did.
        package var purgePause = Duration.seconds(600)
        /// The same where a graph has to be made anew for it.
        package var purgePauseOfGraph = Duration.seconds(86_400)
        /// After a failure, doubled up to the longest.
        package var shortestPause = Duration.milliseconds(500)
        package var longestPause = Duration.seconds(60)

        package init() {}
    }

    /// How far it is.
    package struct Status: Sendable, Hashable {
        package var vectors: Int
        /// Changes of the library that are not in the index yet, at most.
        package var lag: Int64
        /// Why it waits, when it failed last.
        package var failure: HearthError?
    }

    private let store: any LibraryStore
    private let embedder: (any TextEmbedder)?
    private let vectors: PassageVectors
    private let options: Options
    private let logger: Logger
    private let observer: any RetrievalObserver
    private let told: EmbeddingEvents?
    private let failure = Mutex<HearthError?>(nil)
    /// Without an embedder: how far changes were looked through for what went. The index stays where it is.
    private let forgotten = Mutex<Int64>(0)
    private let purged = Mutex<ContinuousClock.Instant?>(nil)
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    package init(
        store: any LibraryStore, embedder: (any TextEmbedder)?, vectors: PassageVectors, logger: Logger,
        options: Options = Options(), observer: any RetrievalObserver = SilentRetrievalObserver(),
        events: EventBus? = nil, time: any TimeSource = SystemTime()
    ) {
        self.store = store
        self.embedder = embedder
        self.vectors = vectors
        self.logger = logger
        self.options = options
        self.observer = observer
        told = events.map { EmbeddingEvents(bus: $0, model: embedder?.name ?? "", time: time) }
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Tells that documents came or went.
    package func wake() { signal.yield() }

    package func status() async throws -> Status {
        let latest = try await store.latestPassageChange()
        let index = vectors.index
        return Status(
            vectors: index?.count ?? 0, lag: max(0, latest - (index?.sequence ?? 0)),
            failure: failure.withLock { $0 })
    }

    /// Through which change of the library its index has followed, as far as what went is concerned, durably; nil while the
    /// index is being replaced.
    package var followed: Int64? {
        guard let index = vectors.index else { return nil }
        return embedder == nil ? max(index.sequence, forgotten.withLock { $0 }) : index.sequence
    }

    /// Works until the task is cancelled or a graceful shutdown begins.
    package func run() async throws {
        signal.yield()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [signal = self.signal, options = self.options] in
                    while !Task.isCancelled {
                        // Cancellation ends the sleep and with it the loop.
                        try? await Task.sleep(for: options.safetyPoll)
                        signal.yield()
                    }
                }
                // Cancellation ends the stream.
                for await _ in self.signals { await self.catchUp() }
                group.cancelAll()
            }
        }
    }

    /// Follows until nothing is left. A failure is shown, and tried again after a pause that grows.
    private func catchUp() async {
        var pause = options.shortestPause
        while !Task.isCancelled {
            do {
                let isMore = try await step()
                failure.withLock { $0 = nil }
                if !isMore { return }
                pause = options.shortestPause
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                let shown =
                    error as? HearthError
                    ?? HearthError(
                        .internalError, "Passages could not be embedded.", disposition: .defect, cause: error)
                let isNew = failure.withLock { kept in
                    defer { kept = shown }
                    return kept != shown
                }
                if isNew { logger.error("Embedding waits", metadata: ["error": "\(shown)"]) }
                // Cancellation ends the sleep; the loop's condition sees it.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, options.longestPause)
            }
        }
    }

    /// Looking through changes without embedding them takes little.
    private static let forgettingFactor = 8

    private enum Progress { case more, done, unusable }

    /// Brings one batch of changes into the index.
    /// - Returns: whether there may be more.
    package func step() async throws -> Bool {
        switch try await advance() {
        case .more: return true
        case .done:
            try await purgeWhenDue()
            return false
        case .unusable:
            // Nothing here holds the old index any more: its files are locked as long as somebody does.
            try await vectors.replace()
            return true
        }
    }

    /// Edited documents remove vectors all the time, and writing the files anew takes time: so not each time.
    private func purgeWhenDue() async throws {
        guard let index = vectors.index, index.removedCount > 0 else { return }
        let pause = index.hasGraph ? options.purgePauseOfGraph : options.purgePause
        let isDue = purged.withLock { last in
            // Where more went than is left, as when a person is erased, it takes little and is not put off.
            if let last, last + pause > .now, index.removedCount < index.count { return false }
            last = .now
            return true
        }
        if isDue { try await index.purge() }
    }

    private func advance() async throws -> Progress {
        guard let index = vectors.index else { return .unusable }
        guard let embedder else { return try await forget(in: index) }
        let changes = try await store.passageChanges(after: index.sequence, limit: options.batch)
        guard let last = changes.last else {
            observer.lags(changes: 0)
            try await told?.done(through: index.sequence, vectors: index.count)
            // An index that is ahead belongs to a library that was restored from an older backup.
            return try await store.latestPassageChange() < index.sequence ? .unusable : .done
        }
        let added = changes.filter { $0.text != nil }
        if !added.isEmpty {
            try await told?.start(
                after: index.sequence, waiting: max(0, try await store.latestPassageChange() - index.sequence))
        }
        // No model is loaded to forget.
        let embeddings =
            added.isEmpty
            ? []
            : try await embedder.embed(
                added.map { Self.text(title: $0.title, passage: $0.text ?? "") }, priority: .bulk)
        guard embeddings.count == added.count else {
            throw HearthError(
                .internalError, "The embedder gave \(embeddings.count) vectors for \(added.count) texts.",
                disposition: .defect)
        }
        let entries = zip(added, embeddings).map { change, vector in
            VectorEntry(
                number: change.number, person: change.person, document: change.document, timestamp: change.timestamp,
                source: change.source, kind: change.kind.map(PassageKind.number) ?? 0, vector: vector)
        }
        guard try await apply(entries, removing: changes, to: index, sequence: last.sequence) else { return .unusable }
        observer.indexed(vectors: entries.count)
        observer.lags(changes: max(0, try await store.latestPassageChange() - last.sequence))
        return .more
    }

    /// Takes out what went. The index's place in the changes stays, so that nothing that came is passed over.
    private func forget(in index: VectorIndex) async throws -> Progress {
        let start = max(index.sequence, forgotten.withLock { $0 })
        let changes = try await store.passageChanges(after: start, limit: options.batch * Self.forgettingFactor)
        guard let last = changes.last else {
            return try await store.latestPassageChange() < index.sequence ? .unusable : .done
        }
        guard try await apply([], removing: changes, to: index, sequence: index.sequence) else { return .unusable }
        forgotten.withLock { $0 = last.sequence }
        return .more
    }

    /// - Returns: whether the index can be used further.
    private func apply(
        _ entries: [VectorEntry], removing changes: [PassageChange], to index: VectorIndex, sequence: Int64
    ) async throws -> Bool {
        let removed = changes.filter { $0.text == nil }.map(\.number)
        if entries.isEmpty, removed.isEmpty, sequence == index.sequence { return true }
        do {
            try await index.apply(VectorBatch(adding: entries, removing: removed, sequence: sequence))
            return true
        } catch let error as HearthError where error.code == .indexDamaged {
            logger.error("The vector index is made anew", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// What is embedded of a passage: its document's title says what it is about.
    static func text(title: String, passage: String) -> String {
        title.isEmpty ? passage : title + ". " + passage
    }
}
