/// The numbers that bound background work, in one place.
package enum PipelineLimits {
    /// How long a step may take, unless its processor says otherwise.
    package static let stepLimit = Duration.seconds(120)
    /// How long a cancelled step may take to end before the runtime goes on without it.
    package static let cancellationGrace = Duration.seconds(5)
    /// Cancelled steps of one processor that do not end; with so many it starts no more.
    package static let abandonedSteps = 8
    /// Derived readings of one step: as many as one transaction of ingestion, so that live readings wait for one at most.
    package static let derivedReadings = 20_000
    /// Readings per step, whatever a processor asks for.
    package static let batchReadings = 10_000
    /// Dead letters of one processor. With so many it is blocked until some are removed: it is the processor that is
    /// wrong, not the readings.
    package static let deadLetters = 10_000
    /// Readings counted for the lag; beyond, it says at least so many.
    package static let countedLag = 100_000
    /// Without a wake-up the store is looked at this often, for what other servers wrote.
    package static let safetyPoll = Duration.seconds(30)
    /// A lease lasts so long without being kept.
    package static let lease = Duration.seconds(60)
    /// A lease is kept this often while a step runs.
    package static let leaseRenewal = Duration.seconds(20)
    /// A processor without work gives its lease back after this time.
    package static let idleLease = Duration.seconds(5)
}
