import CHearthProcess
import Foundation
import HearthCore

/// Threads of our own that compute embeddings: the queue decides what, each thread computes a batch at a time, and callers
/// from any task are resumed when the last text of theirs is done.
///
/// One thread more than asked for computes interactive texts alone, so that a question never waits for the batch that is being
/// computed; the others run at a lower priority, so that it and whoever else somebody waits for have the processors first.
final class EmbeddingWorkers: @unchecked Sendable {  // The condition guards all that changes.
    /// Computes the vectors of a batch of texts on the calling thread, which keeps its workspace.
    typealias Computation = (_ texts: [String]) -> [[Float]]

    private struct Request {
        var continuation: CheckedContinuation<[[Float]], any Error>
        var vectors: [[Float]]
        var missing: Int
    }

    private let condition = NSCondition()
    private var queue: EmbeddingQueue
    private var requests: [EmbeddingQueue.RequestID: Request] = [:]
    private var nextID: EmbeddingQueue.RequestID = 0
    private var isClosed = false
    private var running = 0
    /// Whether the thread for interactive texts waits for some; it then takes the next one itself.
    private var isFrontFree = false
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var done = 0

    /// - Parameters:
    ///   - threads: That compute bulk texts, and help with interactive ones when there are many.
    ///   - makeComputation: Called once on each thread, when its first batch comes.
    init(threads: Int, longestText: Int, makeComputation: @escaping @Sendable () -> Computation) {
        queue = EmbeddingQueue(longestText: longestText)
        running = threads + 1
        for number in 0...threads {
            let thread = Thread { [self] in
                let isFront = number == 0
                if !isFront { hearth_lower_thread_priority() }
                run(isFront: isFront, makeComputation)
            }
            thread.name = "hearth-embed-\(number)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Texts that wait, and texts done since the start.
    var load: (waiting: Int, done: Int) {
        condition.withLock { (queue.waitingTexts, done) }
    }

    func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> [[Float]] {
        try Task.checkCancellation()
        guard !texts.isEmpty else { return [] }
        let id = condition.withLock {
            nextID += 1
            return nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(id, texts, priority, continuation)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func submit(
        _ id: EmbeddingQueue.RequestID, _ texts: [String], _ priority: EmbeddingPriority,
        _ continuation: CheckedContinuation<[[Float]], any Error>
    ) {
        let failure: (any Error)? = condition.withLock {
            guard !isClosed else { return Self.closed }
            do {
                try queue.add(id, texts, priority: priority, now: .now)
            } catch {
                return error
            }
            requests[id] = Request(
                continuation: continuation, vectors: Array(repeating: [], count: texts.count), missing: texts.count)
            condition.broadcast()
            return nil
        }
        if let failure { continuation.resume(throwing: failure) }
    }

    private func cancel(_ id: EmbeddingQueue.RequestID) {
        let request = condition.withLock {
            queue.remove(id)
            return requests.removeValue(forKey: id)
        }
        request?.continuation.resume(throwing: CancellationError())
    }

    /// Refuses what comes and fails what waits. Batches being computed are finished; their threads end afterwards.
    func stop() {
        let abandoned = condition.withLock {
            isClosed = true
            let abandoned = requests
            requests = [:]
            for id in abandoned.keys { queue.remove(id) }
            condition.broadcast()
            return abandoned
        }
        for request in abandoned.values { request.continuation.resume(throwing: Self.closed) }
    }

    /// Stops, and returns when all threads have ended.
    func close() async {
        stop()
        await withCheckedContinuation { continuation in
            let isOver = condition.withLock {
                if running > 0 { closers.append(continuation) }
                return running == 0
            }
            if isOver { continuation.resume() }
        }
    }

    private static let closed = HearthError(
        .shuttingDown, "The embedding model is being closed.", disposition: .retry)

    private func run(isFront: Bool, _ makeComputation: () -> Computation) {
        var batch = nextBatch(isFront: isFront)
        if batch != nil {
            // Not kept in an optional: a closure that goes through a generic function again and again is wrapped once more each
            // time, until calling it overflows the stack.
            let compute = makeComputation()
            while let items = batch {
                finish(items, vectors: compute(items.map(\.text)))
                batch = nextBatch(isFront: isFront)
            }
        }
        let waiting = condition.withLock {
            running -= 1
            guard running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { closers = [] }
            return closers
        }
        for closer in waiting { closer.resume() }
    }

    /// Waits for work; nil when there will be none.
    private func nextBatch(isFront: Bool) -> [EmbeddingQueue.Item]? {
        condition.lock()
        defer { condition.unlock() }
        while !isClosed {
            if isFront { isFrontFree = true }
            switch queue.next(isFront ? .interactive : isFrontFree ? .bulk : .both, now: .now) {
            case .compute(let items):
                if isFront {
                    isFrontFree = false
                    // More than one batch of them: the others help.
                    if queue.hasInteractiveTexts { condition.broadcast() }
                }
                return items
            case .wait(until: nil): condition.wait()
            case .wait(until: let due?):
                let seconds = ContinuousClock.now.duration(to: due).seconds
                _ = condition.wait(until: Date(timeIntervalSinceNow: max(seconds, 0)))
            }
        }
        return nil
    }

    private func finish(_ items: [EmbeddingQueue.Item], vectors: [[Float]]) {
        let completed = condition.withLock {
            var completed: [Request] = []
            done += items.count
            for (item, vector) in zip(items, vectors) {
                // A request that was cancelled meanwhile is no longer there.
                guard var request = requests.removeValue(forKey: item.request) else { continue }
                request.vectors[item.index] = vector
                request.missing -= 1
                if request.missing == 0 {
                    completed.append(request)
                } else {
                    requests[item.request] = request
                }
            }
            return completed
        }
        for request in completed { request.continuation.resume(returning: request.vectors) }
    }
}

extension Duration {
    /// As seconds, for interfaces that take those.
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
