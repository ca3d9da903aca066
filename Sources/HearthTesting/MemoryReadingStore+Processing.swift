package import HearthCore
package import HearthSchema
package import HearthStore

extension MemoryReadingStore: ProcessingStore {
    package func claim(
        _ processor: String, for holder: UniqueID, until expiry: Timestamp, at now: Timestamp
    ) throws -> LeaseClaim {
        try checkOpen()
        var state = processing.processors[processor, default: .init()]
        if let other = state.holder, other != holder, state.expiry > now { return .held(until: state.expiry) }
        if state.holder != holder { state.fence += 1 }
        state.holder = holder
        state.expiry = expiry
        processing.processors[processor] = state
        return .granted(ProcessorLease(processor: processor, holder: holder, fence: state.fence))
    }

    package func release(_ lease: ProcessorLease) throws {
        try checkOpen()
        guard (try? check(lease)) != nil else { return }
        processing.processors[lease.processor]?.holder = nil
    }

    package func record(of processor: String) throws -> ProcessorRecord {
        try checkOpen()
        guard let state = processing.processors[processor] else { return ProcessorRecord() }
        return ProcessorRecord(
            cursors: state.cursors, run: state.run, deadLetters: state.letters.count,
            replays: state.letters.count { $0.isReplayRequested })
    }

    package func startRun(of processor: String, from time: Timestamp, at now: Timestamp) throws -> ProcessorRun {
        try checkOpen()
        var state = processing.processors[processor, default: .init()]
        state.runNumber += 1
        let run = ProcessorRun(number: state.runNumber, from: min(time, state.run?.from ?? time), requestedAt: now)
        state.run = run
        processing.processors[processor] = state
        return run
    }

    package func backlog(of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int) throws -> Backlog {
        let (batch, _) = try changes(of: stream, after: cursor, limit: limit)
        return Backlog(count: batch.count, oldest: batch.heads.first?.received)
    }

    package func deadLetters(of processor: String, after id: UniqueID?, limit: Int) throws -> [DeadLetter] {
        try checkOpen()
        let sorted = (processing.processors[processor]?.letters ?? []).sorted { $0.id < $1.id }
        return Array(sorted.filter { letter in id.map { letter.id > $0 } ?? true }.prefix(limit))
    }

    package func replays(of processor: String, limit: Int) throws -> [DeadLetter] {
        try Array(deadLetters(of: processor, after: nil, limit: .max).filter(\.isReplayRequested).prefix(limit))
    }

    package func requestReplay(of letter: UniqueID, of processor: String) throws -> Bool {
        try checkOpen()
        guard let index = processing.processors[processor]?.letters.firstIndex(where: { $0.id == letter }) else {
            return false
        }
        processing.processors[processor]?.letters[index].isReplayRequested = true
        return true
    }

    package func removeDeadLetter(_ letter: UniqueID, of processor: String) throws -> Bool {
        try checkOpen()
        guard let index = processing.processors[processor]?.letters.firstIndex(where: { $0.id == letter }) else {
            return false
        }
        processing.processors[processor]?.letters.remove(at: index)
        return true
    }

    package func commit(
        _ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp
    ) async throws -> ProcessorCommitOutcome {
        try await waitForDisk()
        try checkOpen()
        try check(lease)
        try throwFault()
        // Everything that can be refused is refused before anything is stored.
        let outputs = try commit.outputs.map { output in
            _ = try table(output.batch.stream)
            var output = output
            try output.batch.normalize()
            return output
        }
        var outcome = ProcessorCommitOutcome()
        var rows = WantedOutputs(outputs)
        for (index, head) in commit.worked.enumerated() {
            try replace(of: head, at: index, in: commit.source, by: lease.processor, with: &rows, &outcome)
        }
        for (number, output) in outputs.enumerated() {
            try store(output, rows: rows.left(of: number), of: commit, by: lease.processor, &outcome)
        }
        settle(commit, under: lease, until: expiry)
        return outcome
    }

    // MARK: Steps of a commit

    private func check(_ lease: ProcessorLease) throws {
        let state = processing.processors[lease.processor]
        guard state?.holder == lease.holder, state?.fence == lease.fence else {
            throw HearthError.leaseLost(lease.processor)
        }
    }

    /// Removes what does not follow from `head` any more and takes from `rows` what is there already.
    private func replace(
        of head: ReadingHead, at index: Int, in source: StreamDefinition, by processor: String,
        with rows: inout WantedOutputs, _ outcome: inout ProcessorCommitOutcome
    ) throws {
        let place = MemoryProcessing.Place(stream: source.name, device: head.device, id: head.recordID)
        for made in processing.outputs[place] ?? [] where made.processor == processor {
            switch rows.meet(made, source: index) {
            case .same: outcome.kept += 1
            case .changed:
                processing.outputs[place]?.remove(made)
                _ = removeReading(made.place)
            case .gone:
                processing.outputs[place]?.remove(made)
                outcome.removed += removeWithConsequences(made.place)
            }
        }
    }

    private func removeWithConsequences(_ place: MemoryProcessing.Place) -> Int {
        var removed = removeReading(place)
        for name in processing.processors.keys {
            processing.processors[name]?.letters.removeAll { $0.stream == place.stream && $0.reading == place.id }
        }
        for made in processing.outputs.removeValue(forKey: place) ?? [] {
            removed += removeWithConsequences(made.place)
        }
        return removed
    }

    private func removeReading(_ place: MemoryProcessing.Place) -> Int {
        guard let definition = tables[place.stream]?.definition else { return 0 }
        let removed = try? changeTable(definition) { table in
            table.remove { $0.recordID == place.id && $0.device == place.device }
        }
        return removed ?? 0
    }

    private func store(
        _ output: DerivedBatch, rows: [Int], of commit: ProcessorCommit, by processor: String,
        _ outcome: inout ProcessorCommitOutcome
    ) throws {
        let stream = output.batch.stream
        var fresh = ReadingBatch(stream: stream)
        for row in rows {
            let head = output.batch.heads[row]
            let source = commit.worked[output.sources[row]]
            let from = MemoryProcessing.Place(stream: commit.source.name, device: source.device, id: source.recordID)
            let place = MemoryProcessing.Place(stream: stream.name, device: head.device, id: head.recordID)
            processing.outputs[from, default: []].insert(
                .init(processor: processor, place: place, fingerprint: output.fingerprints[row], person: head.person))
            fresh.append(row: row, of: output.batch)
        }
        let stored = try changeTable(stream) { $0.append(fresh) }.stored
        outcome.stored += stored
        if stored > 0 { outcome.streams.insert(stream.name) }
    }

    private func settle(_ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp) {
        var state = processing.processors[lease.processor, default: .init()]
        let worked = Set(commit.worked.map(\.recordID))
        state.letters.removeAll { $0.stream == commit.source.name && worked.contains($0.reading) }
        for letter in commit.failed {
            let known = state.letters.firstIndex { $0.stream == letter.stream && $0.reading == letter.reading }
            guard let known else {
                state.letters.append(letter)
                continue
            }
            var merged = letter
            merged.id = state.letters[known].id
            merged.firstFailedAt = state.letters[known].firstFailedAt
            merged.attempts += state.letters[known].attempts
            merged.isReplayRequested = false
            state.letters[known] = merged
        }
        switch commit.progress {
        case .cursor(let cursor): state.cursors[commit.source.name] = cursor
        case .run(let number, let place):
            if state.run?.number == number {
                state.run?.worked += commit.worked.count + commit.failed.count
                state.run?.place = place
                if place == nil { state.run = nil }
            }
        case .replay: break
        }
        state.expiry = expiry
        processing.processors[lease.processor] = state
    }
}

/// The outputs that a commit wants, less those that are found as they should be.
private struct WantedOutputs {
    private struct Key: Hashable {
        var source: Int
        var stream: String
        var id: RecordID
    }

    private struct Row {
        var batch: Int
        var row: Int
        var fingerprint: UInt64
    }

    enum Meeting { case same, changed, gone }

    private var rows: [Key: Row] = [:]

    init(_ outputs: [DerivedBatch]) {
        for (number, output) in outputs.enumerated() {
            for (row, head) in output.batch.heads.enumerated() {
                let key = Key(source: output.sources[row], stream: output.batch.stream.name, id: head.recordID)
                rows[key] = Row(batch: number, row: row, fingerprint: output.fingerprints[row])
            }
        }
    }

    mutating func meet(_ made: MemoryProcessing.Output, source: Int) -> Meeting {
        let key = Key(source: source, stream: made.place.stream, id: made.place.id)
        guard let row = rows[key] else { return .gone }
        if row.fingerprint != made.fingerprint { return .changed }
        rows[key] = nil
        return .same
    }

    func left(of batch: Int) -> [Int] { rows.values.filter { $0.batch == batch }.map(\.row).sorted() }
}
