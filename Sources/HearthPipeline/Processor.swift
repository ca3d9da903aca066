package import HearthCore
package import HearthStore

/// Works a stream in the background: reads what came after its cursor, and says what follows from it. The runtime keeps
/// the cursor, retries, sets readings aside that cannot be worked, and stores the outputs together with the cursor.
///
/// A step should depend on its input alone: after a crash, and in a run again from an earlier date, it sees the same
/// readings again and must say the same.
package protocol Processor: Sendable {
    /// Lower-case words with hyphens; names its cursor for ever.
    var name: String { get }
    /// What it does, one line for `GET /processors`.
    var summary: String { get }
    /// Streams that it reads.
    var inputs: [String] { get }
    /// Streams that it writes; empty for one whose effect is elsewhere.
    var outputs: [String] { get }
    /// Readings per step.
    var batchLimit: Int { get }
    /// How long a step may take; one that takes longer is cancelled and counts as failed.
    var stepLimit: Duration { get }

    /// One step. The batch is of one of the inputs and never empty. Steps of one processor never run at the same time,
    /// not even on several servers.
    ///
    /// A step is cancelled when its time is over, when the server stops and cannot wait, or when another server has taken
    /// over.
    ///
    /// Effects outside the returned result must be idempotent by the id of the reading they come from, since the cursor
    /// moves only after them.
    /// - Throws: what is wrong with the whole batch now (a dependency is away): the runtime tries again later, with
    ///   backoff. What is wrong with one reading belongs into `failures`.
    func process(_ batch: ReadingBatch) async throws -> ProcessorResult

    /// How often a batch is tried whose steps fail like this; nil: as often as the runtime tries what fails so.
    func attempts(after error: HearthError) -> Int?
}

extension Processor {
    package var stepLimit: Duration { PipelineLimits.stepLimit }
    package func attempts(after error: HearthError) -> Int? { nil }
}

/// What follows from one batch.
package struct ProcessorResult: Sendable {
    package var readings: [DerivedReading]
    package var failures: [ReadingFailure]

    package init(readings: [DerivedReading] = [], failures: [ReadingFailure] = []) {
        self.readings = readings
        self.failures = failures
    }
}

/// A reading that was made from another one. It belongs to that one's person and device.
package struct DerivedReading: Sendable {
    package var stream: String
    package var timestamp: Timestamp
    /// Members of the payload, as the stream's schema says, but for `source`, which the runtime adds.
    package var payload: JSONValue
    /// Row of the batch that it was made from: its evidence.
    package var sourceRow: Int
    /// Tells apart several derived readings of one source in one stream; with the source's id it makes the reading's
    /// identity, so that working the source again gives the same reading, not another.
    package var ordinal: Int

    package init(stream: String, timestamp: Timestamp, payload: JSONValue, sourceRow: Int, ordinal: Int) {
        self.stream = stream
        self.timestamp = timestamp
        self.payload = payload
        self.sourceRow = sourceRow
        self.ordinal = ordinal
    }
}

/// A reading that cannot be worked, now or ever: it becomes a dead letter, and the queue moves on.
package struct ReadingFailure: Sendable {
    package var row: Int
    package var error: HearthError

    package init(row: Int, error: HearthError) {
        self.row = row
        self.error = error
    }
}
