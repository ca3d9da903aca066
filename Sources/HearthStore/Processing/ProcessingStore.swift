package import HearthCore
package import HearthSchema

/// Where processors keep what must outlive them: how far they are, who works now, what could not be worked. It shares its
/// transactions with the readings, so that outputs and progress are stored together or not at all. Every back end passes
/// `ProcessingStoreContract`.
///
/// Of one processor at most one worker holds the lease. A worker that lost it (it slept, its machine stalled) may not know;
/// its fencing number does: what it commits is refused.
package protocol ProcessingStore: Sendable {
    /// Takes the lease of a processor, or keeps it longer.
    ///
    /// A lease that is free or has run out at `now` goes to the holder with a new fencing number. To the holder it has
    /// already it is given again, with the same number and the new end.
    func claim(
        _ processor: String, for holder: UniqueID, until expiry: Timestamp, at now: Timestamp
    ) async throws -> LeaseClaim

    /// Gives the lease back, so that others need not wait for its end. No effect when it was lost.
    func release(_ lease: ProcessorLease) async throws

    /// Where a processor is. One that was never seen is at the beginning.
    func record(of processor: String) async throws -> ProcessorRecord

    /// Stores what one step gave, in one transaction that is on stable storage when the call returns, and keeps the lease
    /// until `expiry`.
    ///
    /// The outputs of every worked reading are afterwards exactly those that the commit has for it: an output that is
    /// stored already with the same fingerprint stays untouched, one that differs gives way to the new one and is a change
    /// again, one that no longer follows is deleted, together with what other processors made of it. Dead letters of worked
    /// readings are removed. A failed reading keeps the outputs that it had.
    /// - Throws: `.leaseLost` when the lease has another number by now, or a person's readings were erased since it was given;
    ///   then nothing is stored.
    func commit(
        _ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp
    ) async throws -> ProcessorCommitOutcome

    /// Asks for everything from a time on to be worked again. A run under way begins anew, from the earlier of both times.
    func startRun(of processor: String, from time: Timestamp, at now: Timestamp) async throws -> ProcessorRun

    /// What a cursor has before it. Counts up to `limit` readings.
    func backlog(of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int) async throws -> Backlog

    /// Dead letters in order of id, which is the order in which readings first failed.
    func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter]

    /// Dead letters that wait to be worked again, in order of id.
    func replays(of processor: String, limit: Int) async throws -> [DeadLetter]

    /// Marks a dead letter: its reading is to be worked again.
    /// - Returns: false when there is no such letter.
    func requestReplay(of letter: UniqueID, of processor: String) async throws -> Bool

    /// - Returns: false when there is no such letter.
    func removeDeadLetter(_ letter: UniqueID, of processor: String) async throws -> Bool
}

extension ErrorCode {
    /// Another worker has taken over what this one was working on.
    package static let leaseLost = ErrorCode("lease-lost")
}

extension HearthError {
    /// What stores throw for a commit under a lease that somebody else has.
    package static func leaseLost(_ processor: String) -> HearthError {
        HearthError(
            .leaseLost, "Another worker has taken over the processor \(processor); nothing of this step was stored.",
            disposition: .retry)
    }
}
