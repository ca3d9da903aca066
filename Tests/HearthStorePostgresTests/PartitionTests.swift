import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthStorePostgres

@Suite("Partitions in PostgreSQL", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct PartitionTests {
    private func partitions(_ pool: PostgresPool, _ table: String) async throws -> Int {
        try await pool.read { connection in
            try connection.execute(
                "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent WHERE c.relname = $1",
                [.text(table)]
            ).first?.int(0) ?? -1
        }
    }

    @Test("Whole days of a sensor are dropped, and what comes late gets a partition again")
    func dropping() async throws {
        try await withPool { pool in
            let store = try await PostgresReadingStore.open(pool)
            let other = try await PostgresReadingStore.open(PostgresPool(url: pool.address, settings: .test))
            let stream = try ContractReadings.motion()
            for store in [store, other] { try await store.install([stream]) }
            // Five hours of one day, and the same four days later.
            let first = ContractReadings.sample(300, seed: 9, stream: stream)
            var later = first
            for row in later.heads.indices {
                later.heads[row].timestamp = later.heads[row].timestamp + .seconds(4 * 86_400)
                later.heads[row].received = later.heads[row].received + .seconds(4 * 86_400)
                later.heads[row].digest ^= 1 << 40
            }
            for batch in [first, later] {
                let stored = try await other.append([batch])[0].stored
                #expect(stored == 300)
            }
            #expect(try await partitions(pool, "motion_raw") == 4)
            // Late readings of the first day came two days after it, so it stays until then.
            let day = Timestamp(microseconds: 1_742_947_200_000_000)
            #expect(store.expiryCutoff(of: stream, for: day + .seconds(100)) == day)
            let cutoff = day + .seconds(4 * 86_400)
            let expired = try await store.expire(stream, before: cutoff, limit: 10)
            #expect(expired == 300)
            let left = try await store.statistics(of: stream).reduce(0) { $0 + $1.count }
            #expect(left == 300)
            // The other node still believes in the partition that is gone.
            let again = try await other.append([first])[0].stored
            #expect(again == 300)
            let changes = try await other.changes(of: stream, after: nil, limit: 1000).batch
            #expect(changes.count == 600)
            try await other.close()
        }
    }

    @Test("The newest readings are read from the newest partitions only")
    func narrowing() async throws {
        try await withPool { pool in
            let store = try await PostgresReadingStore.open(pool)
            let stream = try ContractReadings.motion()
            try await store.install([stream])
            let sample = ContractReadings.sample(120, seed: 12, stream: stream)
            for day in 0..<30 {
                var batch = sample
                for row in batch.heads.indices {
                    batch.heads[row].timestamp = batch.heads[row].timestamp + .seconds(day * 86_400)
                    batch.heads[row].digest ^= UInt64(day) << 50
                    batch.heads[row].flags.remove(.clientKeyed)
                }
                _ = try await store.append([batch])
            }
            let person = sample.heads[0].person
            for order in [ReadingQuery.Order.newestFirst, .oldestFirst] {
                let query = ReadingQuery(stream: stream, person: person, order: order)
                var all: [ReadingPosition] = []
                var position: ReadingPosition?
                while true {
                    let page = try await store.page(query, after: position, limit: 170)
                    all += page.heads.map(ReadingPosition.init)
                    position = all.last
                    if page.count < 170 { break }
                }
                #expect(all.count == sample.heads.count { $0.person == person } * 30)
                #expect(all == (order == .oldestFirst ? all.sorted() : all.sorted().reversed()))
            }
            let table = try store.table(of: stream)
            let bounds = try await pool.read { connection in
                let owners = try StreamOwner.all(connection, stream: table.stream, person: person, devices: nil)
                let query = ReadingQuery(stream: stream, person: person)
                let spans = OwnerSpans(owners, query, after: nil)
                let narrowed = try spans.narrowed(connection, table: table, order: .newestFirst, limit: 50)
                return (whole: spans.bounds, narrow: narrowed)
            }
            let (whole, narrow) = (try #require(bounds.whole), try #require(bounds.narrow))
            #expect(narrow.upperBound == whole.upperBound)
            #expect(narrow.lowerBound >= whole.upperBound - 2 * table.period)
        }
    }

    @Test("A name longer than PostgreSQL keeps stays a name of its own")
    func longNames() {
        let long = String(repeating: "a", count: 63)
        let names = Set(["__p20260101", "__p20260102", "__identity"].map { StreamTable.joined(long, $0) })
        #expect(names.count == 3)
        #expect(names.allSatisfy { $0.utf8.count <= 63 })
        #expect(StreamTable.partition(of: "gps", from: 1_742_947_200_000_000) == "gps__p20250326")
    }
}
