import HearthCore
import HearthIngest
import HearthStore
import HearthTesting
import Testing

@Suite("Group commit")
struct CommitWriterTests {
    @Test func manyCallersShareTransactionsAndEachHearsOfItsOwn() async throws {
        let home = try await IngestFixture()
        await home.store.delayAppends(by: .milliseconds(5))
        let receipts = try await home.whileWriting {
            try await withThrowingTaskGroup(of: Receipt.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let text = home.heartrate("\"bpm\":\(60 + number % 50)", at: "\(1_795_000_000 + number)")
                        return try await home.ingest.one(JSONDocument(parsing: text), source: home.source("heartrate"))
                    }
                }
                return try await group.reduce(into: [Receipt]()) { $0.append($1) }
            }
        }
        #expect(Set(receipts.map(\.id)).count == 200)
        #expect(home.writer.statistics.stored == 200)
        #expect(home.writer.statistics.commits < 200)
        #expect(try await home.store.statistics(of: nil).map(\.count).reduce(0, +) == 200)
    }

    @Test func theSameReadingTwiceIsOneReadingWithOneID() async throws {
        let home = try await IngestFixture()
        let receipts = try await home.whileWriting {
            let text = home.heartrate("\"bpm\":60")
            var receipts: [Receipt] = []
            for _ in 0..<3 {
                receipts.append(
                    try await home.ingest.one(JSONDocument(parsing: text), source: home.source("heartrate")))
            }
            return receipts
        }
        #expect(receipts.map(\.isDuplicate) == [false, true, true])
        #expect(Set(receipts.map(\.id)).count == 1)
    }

    @Test func duplicatesAmongCallersOfOneTransactionAreToldToTheRightOnes() async throws {
        let home = try await IngestFixture()
        // Nobody writes yet, so that all of them share the first transaction.
        let calls = (0..<60).map { number in
            Task {
                let text = home.heartrate(
                    "\"bpm\":60,\"note\":\"n\(number % 20)\"", at: "\(1_795_000_000 + number % 20)")
                return try await home.ingest.one(JSONDocument(parsing: text), source: home.source("heartrate"))
            }
        }
        while home.writer.queueDepth < 60 { await Task.yield() }
        let receipts = try await home.whileWriting {
            var receipts: [Receipt] = []
            for call in calls { receipts.append(try await call.value) }
            return receipts
        }
        #expect(home.writer.statistics.commits == 1)
        #expect(receipts.filter { !$0.isDuplicate }.count == 20)
        for number in 0..<20 {
            #expect(Set([receipts[number].id, receipts[number + 20].id, receipts[number + 40].id]).count == 1)
        }
    }

    @Test func aFullQueueTurnsCallersAwayAndKeepsWhatItHas() async throws {
        var limits = IngestLimits()
        limits.queuedRows = 2
        let home = try await IngestFixture(limits: limits)
        // Nobody writes yet, so that what is submitted waits.
        let waiting = (0..<2).map { number in
            Task {
                try await home.ingest.one(
                    JSONDocument(parsing: home.heartrate("\"bpm\":60", at: "\(1_795_000_000 + number)")),
                    source: home.source("heartrate"))
            }
        }
        while home.writer.queueDepth < 2 { await Task.yield() }
        let error = await #expect(throws: HearthError.self) {
            try await home.ingest.one(
                JSONDocument(parsing: home.heartrate("\"bpm\":60", at: "1795000009")), source: home.source("heartrate"))
        }
        #expect(error?.code == .overloaded)
        #expect(error?.retryAfter != nil)
        _ = try await home.whileWriting {
            for task in waiting { _ = try await task.value }
            return true
        }
        #expect(home.writer.statistics.stored == 2)
        #expect(home.writer.statistics.refused == 1)
    }

    @Test func aFullDiskIsReportedAndTheNextCallTriesAgain() async throws {
        let home = try await IngestFixture()
        await home.store.failAppends(with: [HearthError(.storageFull, "The disk is full.", disposition: .retry)])
        try await home.whileWriting {
            let body = try JSONDocument(parsing: home.heartrate("\"bpm\":60"))
            let error = await #expect(throws: HearthError.self) {
                try await home.ingest.one(body, source: home.source("heartrate"))
            }
            #expect(error?.code == .storageFull)
            #expect(try await home.ingest.one(body, source: home.source("heartrate")).isDuplicate == false)
        }
    }

    @Test func afterShutdownCallersAreTurnedAway() async throws {
        let home = try await IngestFixture()
        _ = try await home.whileWriting { true }
        while true {
            let text = home.heartrate("\"bpm\":60")
            let task = Task { try await home.ingest.one(JSONDocument(parsing: text), source: home.source("heartrate")) }
            do { _ = try await task.value } catch let error as HearthError {
                #expect(error.code == .shuttingDown)
                break
            }
        }
    }
}
