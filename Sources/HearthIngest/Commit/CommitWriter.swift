package import HearthCore
package import HearthStore
import ServiceLifecycle
import Synchronization

/// Group commit: many callers, one transaction, one fsync. While a transaction reaches the disk the next one gathers,
/// so that the harder the load, the more callers share a commit.
package final class CommitWriter: Service {
    /// Hears what became of the batches of one call, one outcome for each. Called on the writer's task or on the caller's
    /// own thread, so it must not block.
    package typealias Reply = @Sendable (Result<[AppendOutcome], HearthError>) -> Void

    private struct Entry {
        var batches: [ReadingBatch]
        var rows: Int
        var reply: Reply
    }

    private struct State {
        var waiting: [Entry] = []
        var waitingRows = 0
        var isClosed = false
        var statistics = CommitStatistics()
    }

    private let store: any ReadingStore
    private let limits: IngestLimits
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(store: any ReadingStore, limits: IngestLimits) {
        self.store = store
        self.limits = limits
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Rows that wait for a transaction.
    package var queueDepth: Int { state.withLock { $0.waitingRows } }

    package var statistics: CommitStatistics { state.withLock { $0.statistics } }

    /// Returns when all rows are on stable storage. Throws `.overloaded` at once when the queue is full, `.storageFull`
    /// or `.storageFailed` when the transaction failed; then nothing of this call is stored.
    package func submit(_ batches: [ReadingBatch]) async throws(HearthError) -> [AppendOutcome] {
        let result = await withCheckedContinuation { continuation in
            submit(batches) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same for callers that do not wait: `reply` is called once, when all rows are on stable storage or it is clear
    /// that they will not be. Calls of one thread are answered in their order, but for refusals, which come at once.
    package func submit(_ batches: [ReadingBatch], reply: @escaping Reply) {
        let rows = batches.reduce(0) { $0 + $1.count }
        guard rows > 0 else { return reply(.success(batches.map { _ in AppendOutcome(stored: 0) })) }
        enqueue(Entry(batches: batches, rows: rows, reply: reply))
    }

    private func enqueue(_ entry: Entry) {
        var isFirst = false
        let refusal = state.withLock { state -> HearthError? in
            if state.isClosed {
                return HearthError(.shuttingDown, "Hearth is stopping.", disposition: .retry, retryAfter: .seconds(5))
            }
            // A batch larger than the whole queue is let in when nothing else waits, or it never could be.
            if state.waitingRows > 0, state.waitingRows + entry.rows > limits.queuedRows {
                state.statistics.refused += entry.rows
                return HearthError(
                    .overloaded, "More readings come in than can be stored at the moment.",
                    hint: "Send them again after the time given; nothing is lost or doubled by that.",
                    disposition: .retry, retryAfter: .seconds(1))
            }
            isFirst = state.waiting.isEmpty
            state.waiting.append(entry)
            state.waitingRows += entry.rows
            return nil
        }
        if let refusal {
            entry.reply(.failure(refusal))
        } else if isFirst {
            // Whoever stands behind others is taken with them, or right after.
            wakeUp.yield()
        }
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            for await _ in wakeUps { await commitAll() }
        } onGracefulShutdown: {
            self.close()
        }
        close()
        await commitAll()
    }

    private func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.finish()
    }

    private func commitAll() async {
        while true {
            let group = takeGroup()
            if group.isEmpty { return }
            await commit(group)
        }
    }

    private func takeGroup() -> [Entry] {
        state.withLock { state in
            var rows = 0
            var count = 0
            for entry in state.waiting {
                if count > 0, rows + entry.rows > limits.transactionRows { break }
                rows += entry.rows
                count += 1
            }
            guard count < state.waiting.count else {
                state.waitingRows = 0
                let group = state.waiting
                state.waiting = []
                return group
            }
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.waitingRows -= rows
            return group
        }
    }

    private func commit(_ group: [Entry]) async {
        let clock = ContinuousClock()
        let start = clock.now
        do {
            var joined = CommitGroup()
            for entry in group {
                for batch in entry.batches { joined.add(batch) }
            }
            var outcomes = joined.outcomes(from: try await store.append(joined.batches))[...]
            record(group, outcomes, clock.now - start)
            for entry in group {
                entry.reply(.success(Array(outcomes.prefix(entry.batches.count))))
                outcomes = outcomes.dropFirst(entry.batches.count)
            }
        } catch {
            state.withLock { $0.statistics.failures += 1 }
            // Out of space concerns everyone. Any other failure may be the fault of one call, which must not take
            // its neighbours with it: each is tried alone.
            guard group.count > 1, (error as? HearthError)?.code != .storageFull else {
                let failure = Self.failure(error)
                for entry in group { entry.reply(.failure(failure)) }
                return
            }
            for entry in group { await commit([entry]) }
        }
    }

    private static func failure(_ error: any Error) -> HearthError {
        error as? HearthError
            ?? HearthError(.internalError, "The readings could not be stored.", disposition: .defect, cause: error)
    }

    private func record(_ group: [Entry], _ outcomes: ArraySlice<AppendOutcome>, _ duration: Duration) {
        state.withLock { state in
            state.statistics.commits += 1
            state.statistics.calls += group.count
            state.statistics.stored += outcomes.reduce(0) { $0 + $1.stored }
            state.statistics.duplicates += outcomes.reduce(0) { $0 + $1.duplicates.count }
            state.statistics.observe(duration.inSeconds)
        }
    }
}

/// Counters since start.
package struct CommitStatistics: Sendable, Hashable {
    package var commits = 0
    /// Calls that were committed; more than `commits` when they shared transactions.
    package var calls = 0
    package var stored = 0
    package var duplicates = 0
    /// Rows turned away because the queue was full.
    package var refused = 0
    package var failures = 0
    /// Seconds from taking a group to its being durable, as a cumulative histogram over `bounds`.
    package private(set) var counts = [Int](repeating: 0, count: Self.bounds.count)
    package private(set) var sum = 0.0

    package static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

    mutating func observe(_ seconds: Double) {
        sum += seconds
        for (index, bound) in Self.bounds.enumerated() where seconds <= bound { counts[index] += 1 }
    }
}
