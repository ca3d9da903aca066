import HearthCore
import Testing

@testable import HearthInference

@Suite struct EmbeddingQueueTests {
    private let start = ContinuousClock.now
    /// About 100 tokens.
    private let page = String(repeating: "abc ", count: 98)

    private func indices(_ step: EmbeddingQueue.Step) -> [String] {
        guard case .compute(let items) = step else { return ["\(step)"] }
        return items.map { "\($0.request).\($0.index)" }
    }

    @Test func emptyQueueWaitsForever() {
        var queue = EmbeddingQueue(longestText: 256)
        #expect(queue.next(now: start) == .wait(until: nil))
    }

    @Test func interactiveTextsGoFirstAndAtOnce() throws {
        var queue = EmbeddingQueue(longestText: 256)
        try queue.add(1, Array(repeating: page, count: 1_000), priority: .bulk, now: start)
        try queue.add(2, ["a question"], priority: .interactive, now: start)
        #expect(indices(queue.next(now: start)) == ["2.0"])
        #expect(indices(queue.next(now: start)) == ["1.0", "1.1"])
        #expect(queue.waitingTexts == 998)
    }

    @Test func workersTakeTheirShareOnly() throws {
        var queue = EmbeddingQueue(longestText: 256)
        try queue.add(1, [page, page], priority: .bulk, now: start)
        try queue.add(2, ["a question", "another"], priority: .interactive, now: start)
        let due = start + EmbeddingQueue.gatherWindow
        #expect(indices(queue.next(.bulk, now: due)) == ["1.0", "1.1"])
        #expect(queue.next(.bulk, now: due) == .wait(until: nil))
        #expect(indices(queue.next(.interactive, now: due)) == ["2.0", "2.1"])
        #expect(!queue.hasInteractiveTexts)
        try queue.add(3, [page], priority: .bulk, now: due)
        #expect(queue.next(.interactive, now: due) == .wait(until: nil))
    }

    @Test func smallBulkBatchGathersForAWindow() throws {
        var queue = EmbeddingQueue(longestText: 256)
        let due = start + EmbeddingQueue.gatherWindow
        try queue.add(1, ["one"], priority: .bulk, now: start)
        #expect(queue.next(now: start) == .wait(until: due))
        try queue.add(2, ["two"], priority: .bulk, now: start + .milliseconds(1))
        #expect(queue.next(now: start + .milliseconds(1)) == .wait(until: due))
        #expect(indices(queue.next(now: due)) == ["1.0", "2.0"])
        // The next one begins a window of its own.
        try queue.add(3, ["three"], priority: .bulk, now: due)
        #expect(queue.next(now: due) == .wait(until: due + EmbeddingQueue.gatherWindow))
    }

    @Test func fullBatchDoesNotWait() throws {
        var queue = EmbeddingQueue(longestText: 256)
        try queue.add(1, [page, page, page], priority: .bulk, now: start)
        #expect(indices(queue.next(now: start)) == ["1.0", "1.1"])
        // What is left waits for company, but no longer than from the beginning.
        #expect(indices(queue.next(now: start + EmbeddingQueue.gatherWindow)) == ["1.2"])
    }

    @Test func textAboveTheBudgetIsABatchOfItsOwn() throws {
        var queue = EmbeddingQueue(longestText: 512)
        let long = String(repeating: page, count: 10)
        try queue.add(1, ["short", long, long, "short"], priority: .interactive, now: start)
        #expect(indices(queue.next(now: start)) == ["1.0"])
        #expect(indices(queue.next(now: start)) == ["1.1"])
        #expect(indices(queue.next(now: start)) == ["1.2"])
        #expect(indices(queue.next(now: start)) == ["1.3"])
    }

    @Test func removedRequestLeavesTheOthersInOrder() throws {
        var queue = EmbeddingQueue(longestText: 256)
        try queue.add(1, [page, page, page], priority: .bulk, now: start)
        try queue.add(2, [page], priority: .bulk, now: start)
        try queue.add(3, [page], priority: .bulk, now: start)
        #expect(indices(queue.next(now: start)) == ["1.0", "1.1"])
        queue.remove(1)
        #expect(queue.waitingTexts == 2)
        #expect(indices(queue.next(now: start + .seconds(1))) == ["2.0", "3.0"])
        queue.remove(3)
        #expect(queue.next(now: start + .seconds(1)) == .wait(until: nil))
    }

    @Test func limitsAreNamed() throws {
        var queue = EmbeddingQueue(longestText: 256)
        let most = EmbeddingQueue.mostTextsOfRequest
        let tooMany = #expect(throws: HearthError.self) {
            try queue.add(1, Array(repeating: "a", count: most + 1), priority: .bulk, now: start)
        }
        #expect(tooMany?.code == .tooLarge)
        for request in 1...UInt64(EmbeddingQueue.mostWaitingTexts / most) {
            try queue.add(request, Array(repeating: "a", count: most), priority: .bulk, now: start)
        }
        let full = #expect(throws: HearthError.self) { try queue.add(9, ["a"], priority: .bulk, now: start) }
        #expect(full?.code == .overloaded)
        #expect(full?.disposition == .retry)
        // Somebody who waits has places of their own.
        try queue.add(10, ["a"], priority: .interactive, now: start)
        #expect(indices(queue.next(now: start)) == ["10.0"])
    }
}
