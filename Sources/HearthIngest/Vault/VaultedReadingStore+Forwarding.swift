package import HearthCore
package import HearthSchema
package import HearthStore

/// What holds no values.
extension VaultedReadingStore {
    // MARK: Processing

    package func claim(
        _ processor: String, for holder: UniqueID, until expiry: Timestamp, at now: Timestamp
    ) async throws -> LeaseClaim {
        try await base.claim(processor, for: holder, until: expiry, at: now)
    }

    package func release(_ lease: ProcessorLease) async throws { try await base.release(lease) }

    package func record(of processor: String) async throws -> ProcessorRecord {
        try await base.record(of: processor)
    }

    package func startRun(of processor: String, from time: Timestamp, at now: Timestamp) async throws -> ProcessorRun {
        try await base.startRun(of: processor, from: time, at: now)
    }

    package func backlog(of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int) async throws -> Backlog
    {
        try await base.backlog(of: stream, after: cursor, limit: limit)
    }

    package func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter] {
        try await base.deadLetters(of: processor, after: id, limit: limit)
    }

    package func replays(of processor: String, limit: Int) async throws -> [DeadLetter] {
        try await base.replays(of: processor, limit: limit)
    }

    package func requestReplay(of letter: UniqueID, of processor: String) async throws -> Bool {
        try await base.requestReplay(of: letter, of: processor)
    }

    package func removeDeadLetter(_ letter: UniqueID, of processor: String) async throws -> Bool {
        try await base.removeDeadLetter(letter, of: processor)
    }

    // MARK: Spool

    package func open(_ batch: SpoolBatch) async throws { try await base.open(batch) }

    package func note(sha256: String, of file: SpoolFileNumber) async throws {
        try await base.note(sha256: sha256, of: file)
    }

    package func settle(_ file: SpoolFileNumber, as outcome: SpoolOutcome, because failure: SpoolFailure?) async throws
    {
        try await base.settle(file, as: outcome, because: failure)
    }

    package func finish(_ tag: String, at time: Timestamp) async throws { try await base.finish(tag, at: time) }

    package func unfinishedBatches() async throws -> [SpoolBatch] { try await base.unfinishedBatches() }

    package func batch(_ tag: String) async throws -> SpoolBatch? { try await base.batch(tag) }

    package func batches(before tag: String?, limit: Int) async throws -> [SpoolBatch] {
        try await base.batches(before: tag, limit: limit)
    }

    package func rejects(of file: SpoolFileNumber, limit: Int) async throws -> [SpoolReject] {
        try await base.rejects(of: file, limit: limit)
    }

    package func forgetBatches(finishedBefore cutoff: Timestamp) async throws -> Int {
        try await base.forgetBatches(finishedBefore: cutoff)
    }
}
