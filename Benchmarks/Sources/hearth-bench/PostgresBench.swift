import Foundation
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthStorePostgres
import OrderedCollections

/// The reading store on a PostgreSQL database, which should be empty: appends of several sizes, many
/// callers with one reading each, portions of the spool, a reader that follows, the last hour out of many readings, and
/// the drop of a day.
enum PostgresBench {
    private static let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0001)
    private static let devices = (1...4).map { UniqueID(high: 0x7000, low: 0x8000_0000_0001_0000 | UInt64($0)) }
    private static let day: Int64 = 86_400_000_000

    /// - Parameter rows: Readings over which the last hour is looked for, 20 days of them.
    static func run(url: String, rows: Int) async throws -> JSONValue {
        let store = try await PostgresReadingStore.open(PostgresPool(url: url))
        let registry = try StreamRegistry(StreamRegistry.shipped())
        let names = ["accelerometer", "gyroscope"]
        let streams = try names.map { name in
            guard let stream = registry[name] else { throw HearthError(.notFound, "There is no stream \(name).") }
            return stream
        }
        try await store.install(streams)
        var result: [(String, JSONValue)] = []
        result.append(("append", try await append(to: store, streams[0])))
        result.append(("single", try await single(to: store, streams[0])))
        result.append(("spool", try await spool(to: store, streams[0])))
        result.append(("changes_per_second", .real(try await follow(store, streams[0]))))
        result += try await history(in: store, streams[1], rows: rows)
        try await store.close()
        return .object(OrderedDictionary(uniqueKeysWithValues: result))
    }

    // MARK: Storing

    private static func append(to store: PostgresReadingStore, _ stream: StreamDefinition) async throws -> JSONValue {
        let start = SystemTime().now().microseconds - day / 2
        var next = 0
        var results: [JSONValue] = []
        for (rows, transactions) in [(1, 500), (64, 500), (1000, 300), (20_000, 20)] {
            let batches = (0..<transactions).map { _ in
                defer { next += rows }
                return synthetic(rows, from: next, stream) { start + Int64($0) * 2500 }
            }
            let seconds = try await Stopwatch.seconds {
                for batch in batches { try await stored(batch, in: store) }
            }
            results.append([
                "rows": .integer(Int64(rows)), "transactions_per_second": .real(Double(transactions) / seconds),
                "rows_per_second": .real(Double(rows * transactions) / seconds),
            ])
        }
        return .array(results)
    }

    /// Callers that each wait for their one reading, through the writer that gathers them.
    private static func single(to store: PostgresReadingStore, _ stream: StreamDefinition) async throws -> JSONValue {
        let writer = CommitWriter(store: store, limits: IngestLimits())
        let start = SystemTime().now().microseconds
        let (callers, calls) = (128, 200)
        let running = Task { try await writer.run() }
        let seconds = try await Stopwatch.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        for call in 0..<calls {
                            let batch = synthetic(1, from: call * callers + caller, stream) { start + Int64($0) * 100 }
                            _ = try await writer.submit([batch])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let commits = writer.statistics.commits
        running.cancel()
        return [
            "callers": .integer(Int64(callers)), "calls_per_second": .real(Double(callers * calls) / seconds),
            "calls_per_commit": .real(Double(callers * calls) / Double(max(1, commits))),
        ]
    }

    private static func spool(to store: PostgresReadingStore, _ stream: StreamDefinition) async throws -> JSONValue {
        let start = SystemTime().now().microseconds + day
        let (rows, portions) = (10_000, 60)
        let tag = "bench-\(start)"
        try await store.open(
            SpoolBatch(tag: tag, openedAt: SystemTime().now(), files: [SpoolFile(name: "a.msgpack", size: 0)]))
        let batches = (0..<portions).map { number in
            synthetic(rows, from: number * rows, stream) { start + Int64($0) * 2500 }
        }
        let seconds = try await Stopwatch.seconds {
            for (number, batch) in batches.enumerated() {
                let outcome = try await store.ingest(
                    SpoolPortion(
                        file: SpoolFileNumber(tag: tag, number: 0), from: SpoolPlace(frame: number),
                        to: SpoolPlace(frame: number + 1), batches: [batch]))
                guard outcome[0].stored == rows else { throw HearthError(.storageFailed, "Rows went missing.") }
            }
        }
        return ["rows": .integer(Int64(rows)), "rows_per_second": .real(Double(rows * portions) / seconds)]
    }

    private static func follow(_ store: PostgresReadingStore, _ stream: StreamDefinition) async throws -> Double {
        var count = 0
        let seconds = try await Stopwatch.seconds {
            var cursor: ReadingCursor?
            while count < 500_000 {
                let (batch, next) = try await store.changes(of: stream, after: cursor, limit: 1000)
                if batch.isEmpty { break }
                count += batch.count
                cursor = next
            }
        }
        return Double(count) / seconds
    }

    // MARK: Many readings

    private static func history(
        in store: PostgresReadingStore, _ stream: StreamDefinition, rows: Int
    ) async throws -> [(String, JSONValue)] {
        let days: Int64 = 20
        let step = days * day / Int64(rows)
        let now = SystemTime().now().microseconds
        let start = now - days * day
        var next = 0
        let filling = try await Stopwatch.seconds {
            while next < rows {
                let count = min(20_000, rows - next)
                try await stored(synthetic(count, from: next, stream) { start + Int64($0) * step }, in: store)
                next += count
            }
        }
        var pages: [Double] = []
        var sums: [Double] = []
        for round in 0..<100 {
            var query = ReadingQuery(stream: stream, person: person, devices: [devices[round % devices.count]])
            query.from = Timestamp(microseconds: now - 3_600_000_000)
            query.to = Timestamp(microseconds: now)
            pages.append(
                try await Stopwatch.seconds { _ = try await store.page(query, after: nil, limit: 1000) })
            let minutes = Aggregation(width: .fixed(microseconds: 60_000_000), columns: [0])
            sums.append(try await Stopwatch.seconds { _ = try await store.aggregate(query, minutes) })
        }
        let firstDay = (start / day + 2) * day
        var dropped = 0
        let dropping = try await Stopwatch.seconds {
            dropped = try await store.expire(stream, before: Timestamp(microseconds: firstDay), limit: 1)
        }
        return [
            ("history_rows", .integer(Int64(rows))), ("history_rows_per_second", .real(Double(rows) / filling)),
            ("last_hour_page_p95_seconds", .real(percentile(pages, 0.95))),
            ("last_hour_minutes_p95_seconds", .real(percentile(sums, 0.95))),
            ("day_rows_dropped", .integer(Int64(dropped))), ("day_drop_seconds", .real(dropping)),
        ]
    }

    private static func percentile(_ values: [Double], _ part: Double) -> Double {
        values.sorted()[min(values.count - 1, Int(Double(values.count) * part))]
    }

    private static func stored(_ batch: ReadingBatch, in store: PostgresReadingStore) async throws {
        guard try await store.append([batch])[0].stored == batch.count else {
            throw HearthError(.storageFailed, "Rows went missing.")
        }
    }

    /// Readings of four devices in turn, each with the time that `time` gives; they came when they were measured.
    private static func synthetic(
        _ rows: Int, from first: Int, _ stream: StreamDefinition, at time: (Int) -> Int64
    ) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream, minimumCapacity: rows)
        for number in first..<first + rows {
            let moment = Timestamp(microseconds: time(number))
            batch.heads.append(
                ReadingHead(
                    person: person, device: devices[number % devices.count], timestamp: moment, received: moment))
            batch.cells += [0.0, 1, 2].map { .real(sin(Double(number) / 50 + $0) * 9.81) }
            batch.cells += repeatElement(.null, count: batch.width - 3)
        }
        ReadingDigest(key: SipHash.Key(first: 1, second: 2)).seal(&batch)
        return batch
    }
}
