import HearthCore

/// The numbers that bound ingestion, in one place.
package struct IngestLimits: Sendable, Hashable {
    /// Bytes of one request body as sent.
    package var bodyBytes = 32 << 20
    /// Bytes of one request body after decompression.
    package var inflatedBytes = 128 << 20
    /// Decompressed to compressed bytes, looked at beyond 1 MiB: JSON of readings compresses 10 to 40 times.
    package var inflateRatio = 200
    /// Items of one batch; with `inflatedBytes` it bounds the memory of a request.
    package var batchItems = 100_000
    /// Levels of nesting in a body.
    package var depth = 64
    /// Rows that wait for the writer. Beyond, callers hear `.overloaded`.
    package var queuedRows = 200_000
    /// Rows of one transaction: long enough to spread one fsync thin, short enough to answer soon.
    package var transactionRows = 20_000
    /// Field errors reported for one reading.
    package var errorsPerReading = 16

    package init() {}
}

extension HearthError {
    static func tooManyReadings(_ limits: IngestLimits) -> HearthError {
        HearthError(.tooLarge, "A batch holds at most \(limits.batchItems) readings.", hint: "Send it in parts.")
    }
}
