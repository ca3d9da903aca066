import Dispatch
import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthStorePostgres

@Suite("Durability in PostgreSQL", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct DurabilityTests {
    @Test("What was acknowledged is there after the server died, and the store goes on by itself")
    func crashes() async throws {
        // A server of its own, with commits that reach the disk.
        let server = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try PostgresServer(syncs: true) }) }
        }
        var settings = PostgresSettings.test
        settings.connectPatience = .seconds(60)
        let pool = PostgresPool(url: server.url(of: try await server.makeDatabase()), settings: settings)
        let store = try await PostgresReadingStore.open(pool)
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let sample = ContractReadings.sample(3_000, seed: 83, stream: stream)
        let (progress, step) = AsyncStream.makeStream(of: Int.self)
        let writing = Task {
            var acknowledged = 0
            var failures = 0
            while acknowledged < sample.count {
                var part = ReadingBatch(stream: stream)
                for row in acknowledged..<min(acknowledged + 20, sample.count) { part.append(row: row, of: sample) }
                do {
                    let outcome = try await store.append([part])[0]
                    // A commit whose answer was lost is there when it is sent again.
                    #expect(outcome.stored == part.count || outcome.duplicates.count == part.count)
                    acknowledged += part.count
                    step.yield(acknowledged)
                } catch let error as HearthError where error.disposition == .retry {
                    failures += 1
                }
            }
            step.finish()
            return failures
        }
        var crashes = 0
        for await acknowledged in progress where acknowledged >= (crashes + 1) * 700 && crashes < 3 {
            try await server.crashAndRestart()
            crashes += 1
            let counted = try await store.statistics(of: stream).reduce(0) { $0 + $1.count }
            #expect(counted >= acknowledged)
        }
        _ = try await writing.value
        #expect(crashes == 3)
        let changes = try await store.changes(of: stream, after: nil, limit: 10_000).batch
        #expect(Set(changes.heads) == Set(sample.heads))
        #expect(changes.count == sample.count)
        try await store.close()
    }
}
