import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthStorePostgres

/// Several stores on one database, as several nodes have them: they share nothing but the server.
@Suite("Nodes on one PostgreSQL", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct NodesTests {
    private struct ReadingKey: Hashable {
        var device: UniqueID
        var time: Timestamp
        var digest: UInt64

        init(_ head: ReadingHead) { (device, time, digest) = (head.device, head.timestamp, head.digest) }
    }

    private func nodes(_ count: Int, _ url: String) async throws -> [PostgresReadingStore] {
        var stores: [PostgresReadingStore] = []
        for _ in 0..<count {
            stores.append(try await PostgresReadingStore.open(PostgresPool(url: url, settings: .test)))
        }
        return stores
    }

    private func slice(_ batch: ReadingBatch, _ rows: some Sequence<Int>) -> ReadingBatch {
        var part = ReadingBatch(stream: batch.stream)
        for row in rows { part.append(row: row, of: batch) }
        return part
    }

    @Test("A cursor skips nothing while several nodes commit out of order")
    func cursors() async throws {
        try await TestPostgres.withDatabase { url in
            let stores = try await nodes(4, url)
            let stream = try ContractReadings.motion()
            for store in stores { try await store.install([stream]) }
            let sample = ContractReadings.sample(1_800, seed: 71, stream: stream)
            // Three nodes store parts of uneven size, every tenth reading on two of them; the fourth follows.
            let writing = Task {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for node in 0..<3 {
                        for lane in 0..<2 {
                            let own = (0..<sample.count).filter { row in
                                (row % 3 == node || row % 10 == node) && row % 2 == lane
                            }
                            group.addTask {
                                var stored = 0
                                var start = 0
                                var size = 1
                                while start < own.count {
                                    let part = slice(sample, own[start..<min(start + size, own.count)])
                                    stored += try await stores[node].append([part])[0].stored
                                    start += size
                                    size = size * 5 % 97
                                }
                                return stored
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            var seen: [ReadingKey] = []
            var cursor: ReadingCursor?
            let deadline = ContinuousClock.now + .seconds(120)
            while seen.count < sample.count, ContinuousClock.now < deadline {
                let (batch, next) = try await stores[3].changes(of: stream, after: cursor, limit: 23)
                seen += batch.heads.map(ReadingKey.init)
                cursor = next
            }
            let stored = try await writing.value
            #expect(stored == sample.count)
            #expect(seen.count == sample.count)
            #expect(Set(seen) == Set(sample.heads.map(ReadingKey.init)))
            let again = try await stores[0].changes(of: stream, after: nil, limit: 10_000).batch
            #expect(again.heads.map(ReadingKey.init) == seen)
            let counted = try await stores[1].statistics(of: stream).reduce(0) { $0 + $1.count }
            #expect(counted == sample.count)
            for store in stores { try await store.close() }
        }
    }

    @Test("A commit that is slow to end is not passed by")
    func slowCommit() async throws {
        try await TestPostgres.withDatabase { url in
            let stores = try await nodes(2, url)
            let stream = try ContractReadings.motion()
            for store in stores { try await store.install([stream]) }
            let sample = ContractReadings.sample(40, seed: 3, stream: stream)
            _ = try await stores[0].append([slice(sample, 0..<10)])
            let table = try stores[0].table(of: stream)
            let (held, holding) = AsyncStream.makeStream(of: Void.self)
            let gate = PostgresPool(url: url, settings: .test)
            // A transaction that has its numbers and does not end until the gate's lock is free.
            try await gate.perform { try $0.script("SELECT pg_advisory_lock(77)") }
            let slow = Task {
                try await stores[0].storing([(slice(sample, 10..<20), table)]) {
                    [memory = stores[0].memory] connection in
                    let outcome = try PostgresReadingStore.append(
                        [(slice(sample, 10..<20), table)], connection, memory)
                    holding.yield()
                    try connection.script("SELECT pg_advisory_xact_lock(77)")
                    return outcome.0[0].stored
                }
            }
            for await _ in held { break }
            let quick = Task { try await stores[1].append([slice(sample, 20..<30)])[0].stored }
            // The quick one waits for the slow one, so nothing is there to be seen before it.
            let before = try await stores[1].changes(of: stream, after: nil, limit: 100)
            #expect(before.batch.count == 10)
            await gate.close()
            let stored = [try await slow.value, try await quick.value]
            #expect(stored == [10, 10])
            let rest = try await stores[1].changes(of: stream, after: before.cursor, limit: 100)
            #expect(rest.batch.heads.map(ReadingKey.init) == sample.heads[10..<30].map(ReadingKey.init))
            for store in stores { try await store.close() }
        }
    }

    @Test("Nodes hear of each other's commits, and not of their own")
    func announcements() async throws {
        try await TestPostgres.withDatabase { url in
            let stores = try await nodes(2, url)
            let stream = try ContractReadings.motion()
            for store in stores { try await store.install([stream]) }
            var heard = stores[1].foreignCommits().makeAsyncIterator()
            #expect(await heard.next() == .unknown)
            let sample = ContractReadings.sample(20, seed: 5, stream: stream)
            _ = try await stores[1].append([slice(sample, 0..<10)])
            _ = try await stores[0].append([slice(sample, 10..<20)])
            #expect(await heard.next() == .streams(["motion"]))
            for store in stores { try await store.close() }
        }
    }

    @Test("Of several nodes one gets the lease, and what the others commit is refused")
    func leases() async throws {
        try await TestPostgres.withDatabase { url in
            let stores = try await nodes(4, url)
            let stream = try ContractReadings.motion()
            for store in stores { try await store.install([stream]) }
            let now = Timestamp(microseconds: 1_742_979_600_000_000)
            for round in 0..<10 {
                let claims = try await withThrowingTaskGroup(of: LeaseClaim.self) { group in
                    for (number, store) in stores.enumerated() {
                        let holder = UniqueID(high: 0x7000, low: UInt64(round * 10 + number))
                        let time = now + .seconds(round * 60)
                        group.addTask {
                            try await store.claim("worker", for: holder, until: time + .seconds(30), at: time)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let granted = claims.compactMap { if case .granted(let lease) = $0 { lease } else { nil } }
                #expect(granted.count == 1)
                #expect(granted.first?.fence == Int64(round + 1))
            }
            for store in stores { try await store.close() }
        }
    }
}
