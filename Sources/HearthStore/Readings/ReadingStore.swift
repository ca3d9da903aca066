package import HearthCore
package import HearthSchema

/// Where readings are kept. One product stands behind it at a time; every one passes `ReadingStoreContract`.
///
/// Calls do their blocking work on executors of the driver's own. All throw `HearthError`: `.storageFull` when space
/// ran out (nothing of the call is stored, and the next call tries again), `.storageFailed` for other failures.
package protocol ReadingStore: Sendable {
    /// Makes or evolves what holds these streams. An added optional field becomes an added column; any other change of
    /// a stream that exists throws `.schemaIncompatible` and alters nothing. Must be called before any other call
    /// names a stream.
    func install(_ streams: [StreamDefinition]) async throws

    /// Stores all batches in one transaction that is on stable storage when the call returns.
    ///
    /// A row is a duplicate when its (stream, device, timestamp, digest) is stored already, or when it is client-keyed
    /// and its (stream, device, digest) is, with any timestamp. Batches must have their digests set. Callers may call
    /// at once from many tasks; drivers serialise.
    /// - Returns: one outcome per batch, in order.
    func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome]

    /// The next `limit` rows of the query beyond `position`, in the query's order. Fewer rows mean that there are no
    /// more now. Rows that are compressed are no different.
    func page(_ query: ReadingQuery, after position: ReadingPosition?, limit: Int) async throws -> ReadingBatch

    /// Folds numeric values of the query into buckets; see `Aggregation`.
    func aggregate(_ query: ReadingQuery, _ aggregation: Aggregation) async throws -> [AggregationBucket]

    /// Rows in the order in which they became visible, after `cursor` (nil: from the first). Never skips a row that
    /// commits later than a row already returned, also when commits finish out of order.
    func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> (batch: ReadingBatch, cursor: ReadingCursor?)

    /// Behind every row that is visible now; nil: there is none.
    func end(of stream: StreamDefinition) async throws -> ReadingCursor?

    /// The reading with this id, in a batch of one row, or nil.
    func reading(_ id: RecordID, in stream: StreamDefinition, person: UniqueID) async throws -> ReadingBatch?

    /// The newest reading of the query whose text in `column` is `text`, in a batch of one row, or nil; the query's order
    /// does not matter. Found by an index, so the stream must list the field in `x-hearth.indexed`.
    /// - Throws: `.internalError` for a column that is not an indexed text.
    func newest(_ query: ReadingQuery, with text: String, in column: Int) async throws -> ReadingBatch?

    /// Counts and times per stream and device, of one stream or of all.
    func statistics(of stream: StreamDefinition?) async throws -> [StreamStatistics]

    /// Deletes up to `limit` rows that are older than `cutoff` both by their own time and by the time they came, so that
    /// late data lives as long as its class promises. Client names of deleted rows go with them.
    /// - Returns: rows deleted; fewer than `limit` means done.
    func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) async throws -> Int

    /// Compresses closed chunks of a high-rate stream, those wholly older than `cutoff` by their own time. Reads,
    /// aggregates, changes and duplicates behave as before. Idempotent, and safe to kill at any moment.
    func compact(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> CompactionReport

    /// Every distinct value of a text column that names blobs, for the sweep of unreferenced blobs.
    func distinctText(of stream: StreamDefinition, column: Int) async throws -> Set<String>

    /// Deletes a person's readings, of one device or of all, in every stream. Breaks the leases of all processors, so that
    /// nothing is stored which was made from what is gone.
    func erase(person: UniqueID, device: UniqueID?) async throws -> Int

    /// Whether the store can read and write now.
    func probe() async throws

    /// Waits for work under way and closes. Durability does not depend on it.
    func close() async throws
}

extension ReadingStore {
    /// Walks to the end. Back ends that know where it is say so themselves.
    package func end(of stream: StreamDefinition) async throws -> ReadingCursor? {
        var cursor: ReadingCursor?
        while true {
            let (batch, next) = try await changes(of: stream, after: cursor, limit: 4096)
            cursor = next
            if batch.count < 4096 { return cursor }
        }
    }
}

extension ErrorCode {
    /// A stream's definition changed in a way that stored readings cannot follow.
    package static let schemaIncompatible = ErrorCode("schema-incompatible")
}
