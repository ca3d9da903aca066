import Foundation
import HearthCore
import Synchronization
import Testing

@testable import HearthInference

/// With a computation of one number per text in the model's place.
@Suite struct EmbeddingWorkersTests {
    private func workers(threads: Int = 2, gate: Gate? = nil) -> EmbeddingWorkers {
        EmbeddingWorkers(threads: threads, longestText: 256) {
            { texts in
                gate?.pass(texts)
                return texts.map { [Float($0) ?? -1] }
            }
        }
    }

    /// Holds batches of "1" back until it is opened, and remembers what came.
    private final class Gate: Sendable {
        private let seen = Mutex<[[String]]>([])
        private let door = DispatchSemaphore(value: 0)
        private let arrived = DispatchSemaphore(value: 0)

        func pass(_ texts: [String]) {
            seen.withLock { $0.append(texts) }
            guard texts.contains("1") else { return }
            arrived.signal()
            door.wait()
            door.signal()
        }

        func open() { door.signal() }

        /// Returns when a batch stands at the gate.
        func waitForArrival() async {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [arrived] in
                    arrived.wait()
                    continuation.resume()
                }
            }
        }

        var batches: [[String]] { seen.withLock { $0 } }
    }

    /// A server answers questions for months: what calls the computation must not grow with every batch.
    @Test func theThousandthBatchIsComputedAsDeepInTheStackAsTheFirst() async throws {
        let depths = Mutex<Set<Int>>([])
        let workers = EmbeddingWorkers(threads: 0, longestText: 256) {
            { texts in
                let depth = Thread.callStackReturnAddresses.count
                depths.withLock { _ = $0.insert(depth) }
                return texts.map { _ in [0] }
            }
        }
        for number in 0..<1000 { _ = try await workers.embed(["\(number)"], priority: .interactive) }
        #expect(depths.withLock { $0.count } == 1)
        await workers.close()
    }

    @Test func everyCallerGetsItsOwnVectorsInOrder() async throws {
        let workers = workers()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<20 {
                group.addTask {
                    let texts = (0..<caller * 7).map { "\(caller * 1_000 + $0)" }
                    let vectors = try await workers.embed(texts, priority: caller % 3 == 0 ? .interactive : .bulk)
                    #expect(vectors == texts.map { [Float($0) ?? -1] })
                }
            }
            try await group.waitForAll()
        }
        #expect(workers.load == (waiting: 0, done: (0..<20).reduce(0) { $0 + $1 * 7 }))
        await workers.close()
    }

    /// However many threads compute bulk texts: they stand at the gate until the questions are answered.
    @Test(arguments: [1, 3])
    func questionsDoNotWaitForTheBatchesBeingComputed(threads: Int) async throws {
        let gate = Gate()
        let workers = workers(threads: threads, gate: gate)
        async let bulk = workers.embed(Array(repeating: "1", count: 5_000), priority: .bulk)
        for _ in 0..<threads { await gate.waitForArrival() }
        for number in 0..<20 {
            #expect(try await workers.embed(["\(number + 50)"], priority: .interactive) == [[Float(number + 50)]])
        }
        #expect(gate.batches.count == threads + 20)
        gate.open()
        #expect(try await bulk.count == 5_000)
        await workers.close()
    }

    @Test func manyInteractiveTextsAreSharedByAllThreads() async throws {
        let workers = workers(threads: 2)
        let texts = (0..<2_000).map { "\($0)" }
        #expect(try await workers.embed(texts, priority: .interactive) == texts.map { [Float($0) ?? -1] })
        await workers.close()
    }

    @Test func cancelledCallerLeavesAtOnceAndTheOthersStay() async throws {
        let gate = Gate()
        let workers = workers(threads: 1, gate: gate)
        let first = Task { try await workers.embed(Array(repeating: "1", count: 3_000), priority: .bulk) }
        await gate.waitForArrival()
        let second = Task { try await workers.embed(["2", "3", "4"], priority: .bulk) }
        while workers.load.waiting < 3_003 - (gate.batches.first?.count ?? 0) { await Task.yield() }
        first.cancel()
        // Answered while its batch is still being computed.
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(workers.load.waiting == 3)
        gate.open()
        #expect(try await second.value == [[2], [3], [4]])
        await workers.close()
    }

    @Test func callerCancelledBeforehandIsNotServed() async throws {
        let workers = workers()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await workers.embed(["1"], priority: .bulk)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await workers.close()
    }

    @Test func closingFailsWhatWaitsAndWhatComes() async throws {
        let gate = Gate()
        let workers = workers(threads: 1, gate: gate)
        let caller = Task { try await workers.embed(Array(repeating: "1", count: 2_000), priority: .bulk) }
        await gate.waitForArrival()
        workers.stop()
        await #expect(throws: HearthError.self) { try await caller.value }
        gate.open()
        await workers.close()
        await workers.close()
        let late = await #expect(throws: HearthError.self) { try await workers.embed(["1"], priority: .interactive) }
        #expect(late?.code == .shuttingDown)
        #expect(gate.batches.count == 1)
    }
}
