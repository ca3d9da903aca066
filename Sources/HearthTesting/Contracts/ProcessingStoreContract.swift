package import HearthCore
import HearthSchema
package import HearthStore

/// What every processing store does, as `ProcessingStore` says. Stores are made with `ContractReadings.digest`.
package enum ProcessingStoreContract {
    package typealias Store = any ReadingStore & ProcessingStore
    typealias Make = @Sendable () async throws -> Store

    package static let cases: [ContractCase<Store>] = [
        ContractCase("gives a lease to one holder at a time", verifyLeases),
        ContractCase("refuses commits under a lost lease and stores nothing of them", verifyFencing),
        ContractCase("stores outputs, cursor and dead letters together or not at all", verifyAtomicity),
        ContractCase("shows outputs as changes in order", verifyChanges),
        ContractCase("replaces the outputs of a source", verifyReplacement),
        ContractCase("deletes what followed from an output that is gone", verifyConsequences),
        ContractCase("keeps dead letters until their reading was worked", verifyDeadLetters),
        ContractCase("keeps the place of a run, and only of the newest", verifyRuns),
        ContractCase("counts what is before a cursor, also compressed", verifyBacklog),
        ContractCase("forgets what it noted of erased and expired readings", verifyForgetting),
        ContractCase("refuses what was made from readings that were erased", verifyErasure),
    ]

    static let now = ContractReadings.start + .seconds(86_400)
    static let holders = (1...2).map { UniqueID(high: 0x9000, low: UInt64($0)) }

    /// A source stream and two streams made from it, installed.
    static func streams(_ store: Store) async throws -> (StreamDefinition, StreamDefinition, StreamDefinition) {
        func derived(_ name: String) throws -> StreamDefinition {
            try ContractReadings.definition(
                name, properties: #""word": {"type": "string"}, "source": {"type": "object"}"#,
                block: #""rate": "normal""#)
        }
        let streams = (try ContractReadings.events(), try derived("words"), try derived("echoes"))
        try await store.install([streams.0, streams.1, streams.2])
        return streams
    }

    static func source(_ stream: StreamDefinition, _ number: Int) -> ContractReadings.Reading {
        ContractReadings.reading(stream, at: Int64(number) * 1_000_000, x: Double(number))
    }

    /// What a processor called `splitter` makes of these sources: one output per word, its time that of the source.
    static func outputs(
        _ words: [[String]], of sources: [ReadingHead], in from: StreamDefinition, to stream: StreamDefinition,
        by processor: String = "splitter"
    ) -> DerivedBatch {
        var derived = DerivedBatch(ReadingBatch(stream: stream))
        let digest = ContractReadings.digest
        for (index, source) in sources.enumerated() {
            for (ordinal, word) in words[index].enumerated() {
                let head = ReadingHead(
                    person: source.person, device: source.device, timestamp: source.timestamp,
                    digest: digest.derivedDigest(
                        by: processor, from: source.recordID, in: from.name, ordinal: ordinal, stream: stream.name,
                        device: source.device), received: now, flags: .clientKeyed)
                derived.batch.heads.append(head)
                derived.batch.cells += [derived.batch.textCell(word), .null, .null]
                derived.sources.append(index)
                derived.fingerprints.append(
                    digest.fingerprint(of: derived.batch, row: derived.batch.count - 1))
            }
        }
        return derived
    }

    static func lease(_ store: Store, _ processor: String = "splitter", holder: Int = 0) async throws -> ProcessorLease
    {
        let claim = try await store.claim(processor, for: holders[holder], until: now + .seconds(60), at: now)
        guard case .granted(let lease) = claim else {
            throw ContractViolation(description: "the lease of \(processor) was not granted")
        }
        return lease
    }

    @discardableResult
    static func commit(
        _ store: Store, _ words: [[String]], of sources: [ReadingHead], in from: StreamDefinition,
        to stream: StreamDefinition, by processor: String = "splitter", _ progress: ProcessorProgress = .replay
    ) async throws -> ProcessorCommitOutcome {
        let commit = ProcessorCommit(
            source: from, worked: sources, outputs: [outputs(words, of: sources, in: from, to: stream, by: processor)],
            progress: progress)
        return try await store.commit(commit, under: try await lease(store, processor), until: now + .seconds(60))
    }

    static func letter(_ reading: ReadingHead, in stream: StreamDefinition, number: Int) -> DeadLetter {
        DeadLetter(
            id: UniqueID(high: 0xa000, low: UInt64(number)), processor: "splitter", stream: stream.name,
            reading: reading.recordID, person: reading.person, device: reading.device, code: .invalidValue,
            message: "attempt \(number)", attempts: number, firstFailedAt: now, lastFailedAt: now + .seconds(number))
    }

    /// The words of a stream in the order of commits.
    static func words(_ store: Store, _ stream: StreamDefinition) async throws -> [String] {
        let (batch, _) = try await store.changes(of: stream, after: nil, limit: 10_000)
        return (0..<batch.count).map { batch.string(batch[$0, 0]) ?? "" }
    }
}
