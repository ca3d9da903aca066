import HearthCore
import HearthSchema
import HearthStore
import Synchronization

/// Counts the readings that are looked up one by one.
final class CountingReadingStore: ReadingStore {
    private let store: any ReadingStore
    private let count = Mutex(0)

    init(_ store: any ReadingStore) { self.store = store }

    var lookedUp: Int { count.withLock { $0 } }

    func reading(_ id: RecordID, in stream: StreamDefinition, person: UniqueID) async throws -> ReadingBatch? {
        count.withLock { $0 += 1 }
        return try await store.reading(id, in: stream, person: person)
    }

    func install(_ streams: [StreamDefinition]) async throws { try await store.install(streams) }

    func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome] { try await store.append(batches) }

    func page(_ query: ReadingQuery, after position: ReadingPosition?, limit: Int) async throws -> ReadingBatch {
        try await store.page(query, after: position, limit: limit)
    }

    func aggregate(_ query: ReadingQuery, _ aggregation: Aggregation) async throws -> [AggregationBucket] {
        try await store.aggregate(query, aggregation)
    }

    func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> (batch: ReadingBatch, cursor: ReadingCursor?) {
        try await store.changes(of: stream, after: cursor, limit: limit)
    }

    func end(of stream: StreamDefinition) async throws -> ReadingCursor? { try await store.end(of: stream) }

    func newest(_ query: ReadingQuery, with text: String, in column: Int) async throws -> ReadingBatch? {
        try await store.newest(query, with: text, in: column)
    }

    func statistics(of stream: StreamDefinition?) async throws -> [StreamStatistics] {
        try await store.statistics(of: stream)
    }

    func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) async throws -> Int {
        try await store.expire(stream, before: cutoff, limit: limit)
    }

    func compact(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> CompactionReport {
        try await store.compact(stream, before: cutoff)
    }

    func distinctText(of stream: StreamDefinition, column: Int) async throws -> Set<String> {
        try await store.distinctText(of: stream, column: column)
    }

    func erase(person: UniqueID, device: UniqueID?) async throws -> Int {
        try await store.erase(person: person, device: device)
    }

    func probe() async throws { try await store.probe() }

    func close() async throws { try await store.close() }
}
