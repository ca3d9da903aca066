package import HearthSchema

/// Putting something else into cells of stored readings: tokens for values, and values for tokens. What the readings are,
/// their ids and their order, stays. Every back end passes `ReadingRewriteContract`. Throws as `ReadingStore` does.
package protocol ReadingRewriteStore: Sendable {
    /// Replaces these columns of the readings with the heads of `batch`, in one transaction that is on stable storage when
    /// the call returns. A reading that is gone is passed over; one that was compressed becomes a row again; processors hear nothing of it. What stood there is
    /// overwritten in the file, not merely freed.
    /// - Returns: readings that were there.
    func rewrite(_ batch: ReadingBatch, columns: [Int]) async throws -> Int

    /// Empties the logs that still hold what was overwritten.
    func scrub() async throws
}
