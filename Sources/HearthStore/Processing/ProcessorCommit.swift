package import HearthCore
package import HearthSchema

/// What one step gave.
package struct ProcessorCommit: Sendable {
    /// The stream of the readings that were worked.
    package var source: StreamDefinition
    /// Readings whose outputs are now those below and no others.
    package var worked: [ReadingHead]
    package var outputs: [DerivedBatch]
    package var failed: [DeadLetter]
    package var progress: ProcessorProgress

    package init(
        source: StreamDefinition, worked: [ReadingHead] = [], outputs: [DerivedBatch] = [], failed: [DeadLetter] = [],
        progress: ProcessorProgress
    ) {
        self.source = source
        self.worked = worked
        self.outputs = outputs
        self.failed = failed
        self.progress = progress
    }
}

/// How far the step came.
package enum ProcessorProgress: Sendable, Hashable {
    /// The cursor of the commit's source stream.
    case cursor(ReadingCursor)
    /// The run with this number; a place of nil ends it. Without effect when another run was asked for meanwhile.
    case run(number: Int64, place: RunPlace?)
    /// Dead letters were worked again: no cursor moves.
    case replay
}

/// Readings of one output stream, each made from one worked reading of the same person and device. Their stream must not
/// be one that is compressed (`rate` `high`).
package struct DerivedBatch: Sendable {
    /// With digests of `ReadingDigest.derivedDigest`, flagged `clientKeyed`.
    package var batch: ReadingBatch
    /// By row: which of the worked readings.
    package var sources: [Int]
    /// By row: of the content, from `ReadingDigest.fingerprint`.
    package var fingerprints: [UInt64]

    package init(_ batch: ReadingBatch, sources: [Int] = [], fingerprints: [UInt64] = []) {
        self.batch = batch
        self.sources = sources
        self.fingerprints = fingerprints
    }
}

/// What a commit changed.
package struct ProcessorCommitOutcome: Sendable, Hashable {
    /// Outputs that are stored now and were not, or not like this.
    package var stored: Int
    /// Outputs that were there with the same content.
    package var kept: Int
    /// Outputs that are gone, those of other processors that followed from them included; replaced ones do not count.
    package var removed: Int
    /// Streams with new readings.
    package var streams: Set<String>

    package init(stored: Int = 0, kept: Int = 0, removed: Int = 0, streams: Set<String> = []) {
        self.stored = stored
        self.kept = kept
        self.removed = removed
        self.streams = streams
    }
}
