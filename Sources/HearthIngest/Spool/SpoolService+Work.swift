import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Logging
import Synchronization

extension SpoolService {
    /// Works on a batch from wherever it is to its end.
    func work(on batch: SpoolBatch) async throws {
        try await events?.announce(GateEvents.open(batch, at: time.now()))
        for number in batch.files.indices {
            let number = SpoolFileNumber(tag: batch.tag, number: number)
            var file = batch.files[number.number]
            if file.outcome == nil { file = try await work(on: file, number) }
            try await putAway(file, number)
        }
        try await inFolders { folders throws(SystemCallError) in try folders.close(batch.tag) }
        try reached(.closed)
        let now = time.now()
        let worked = try await self.batch(batch.tag)
        // Killed before the next line, the batch is finished again, and this is announced again under the same key.
        try await events?.announce(GateEvents.done(worked, at: now))
        try await store.finish(batch.tag, at: now)
        try reached(.finished)
        let totals = worked.totals
        logger.info(
            "spool batch done",
            metadata: [
                "batch": "\(batch.tag)", "files": "\(batch.files.count)", "accepted": "\(totals.accepted)",
                "duplicates": "\(totals.duplicates)", "rejected": "\(totals.rejected)",
            ])
    }

    /// Stores what is left of a file and notes what became of it.
    private func work(on file: SpoolFile, _ number: SpoolFileNumber) async throws -> SpoolFile {
        var failure = try await ingest(file, number)
        try reached(.ended)
        guard var worked = try await store.batch(number.tag)?.files[number.number] else {
            throw HearthError.spoolBatchMissing(number.tag)
        }
        let rejected = worked.totals.rejected
        if failure == nil, rejected > 0 {
            failure = SpoolFailure(
                .readingsRejected, "\(rejected) of its readings \(rejected == 1 ? "was" : "were") refused.")
        }
        worked.outcome = failure == nil ? .stored : .failed
        worked.failure = failure
        try await store.settle(number, as: failure == nil ? .stored : .failed, because: failure)
        state.withLock { state in
            if failure == nil { state.overview.counts.filesStored += 1 } else { state.overview.counts.filesFailed += 1 }
        }
        try reached(.settled)
        return worked
    }

    /// Moves a file that is done to where it belongs, with the reason beside it when it failed.
    private func putAway(_ file: SpoolFile, _ number: SpoolFileNumber) async throws {
        let tag = number.tag
        switch file.outcome {
        case .failed:
            let rejects = try await store.rejects(of: number, limit: SpoolStoreLimits.listedRejects)
            let reason = SpoolReason.json(file, of: tag, rejects: rejects)
            try await inFolders { folders throws(SystemCallError) in
                try folders.write(reason: reason, of: file.name, number: number.number, in: tag)
            }
            try reached(.explained)
            try await inFolders { folders throws(SystemCallError) in
                try folders.move(file.name, of: tag, to: folders.failed)
            }
        case .stored:
            try await inFolders { folders throws(SystemCallError) in
                try folders.move(file.name, of: tag, to: folders.archive)
            }
        case .withdrawn, nil: return
        }
        try reached(.moved)
    }

    // MARK: Ingestion

    /// Stores the readings of a file from its place on.
    /// - Returns: why not all of it can be read, nil at its end.
    /// - Throws: `Paused`, and what keeps the whole spool from working.
    private func ingest(_ file: SpoolFile, _ number: SpoolFileNumber) async throws -> SpoolFailure? {
        guard let owner = ingest.devices.owner else {
            throw HearthError(.internalError, "The household has no owner yet.", disposition: .defect)
        }
        // The folder is the owner's alone, so what lies in it is the owner's word.
        let source = Admission.Source(principal: Principal(id: owner.id, role: .owner, person: owner.id))
        let path = folders.path(of: file.name, in: number.tag)
        let (admission, limits) = (ingest.admission, limits)
        do {
            let work = try await reading { () throws(SegmentFailure) in
                try SegmentWork(file, number, path: path, admission: admission, source: source, limits: limits)
            }
            while true {
                try checkStop()
                guard let sha256 = try await reading({ () throws(SegmentFailure) in try work.measure() }) else {
                    continue
                }
                if file.sha256 == nil {
                    try await store.note(sha256: sha256, of: number)
                    try reached(.measured)
                }
                break
            }
            while try await !reading({ () throws(SegmentFailure) in try work.approach() }) { try checkStop() }
            return try await pump(work)
        } catch let failure as SegmentFailure {
            return SpoolFailure(failure.code, failure.message)
        }
    }

    /// Stores portion after portion; the next one is read while one is stored.
    private func pump(_ work: SegmentWork) async throws -> SpoolFailure? {
        var plan = nextStep(stored: 0, took: .zero)
        var step = try await pull(work, plan.readings)
        while true {
            switch step {
            case .end(let failure): return failure
            case .portion(let portion, let rejected):
                try checkStop()
                let start = ContinuousClock.now
                let ahead = plan.readings
                async let following = pull(work, ahead)
                do {
                    try await store(portion, rejected)
                } catch let error as HearthError where !error.isOfStorage {
                    // One file that cannot be stored must not keep the others waiting for ever.
                    return SpoolFailure(error.code, error.message)
                }
                try reached(.stored)
                step = try await following
                let count = portion.batches.reduce(portion.rejectedCount) { $0 + $1.count }
                plan = nextStep(stored: count, took: ContinuousClock.now - start)
                if plan.pause > .zero { try await clock.sleep(for: plan.pause) }
            }
        }
    }

    private func pull(_ work: SegmentWork, _ readings: Int) async throws -> SegmentStep {
        try await reading { () throws(SegmentFailure) in work.next(readings: readings) }
    }

    private func nextStep(stored: Int, took: Duration) -> SpoolPace.Step {
        let calls = ingest.writer.statistics.calls
        let waiting = ingest.writer.queueDepth
        return state.withLock { state in
            state.pace.next(
                liveCalls: calls, waitingRows: waiting, stored: stored, took: took, at: ContinuousClock.now)
        }
    }

    /// Stores one portion, and waits for as long as the disk is full.
    private func store(_ portion: SpoolPortion, _ rejected: [String?: Int]) async throws {
        while true {
            do {
                let outcomes = try await store.ingest(portion)
                let shares = zip(portion.batches, outcomes).map { batch, outcome in
                    AdmissionReport.StreamShare(
                        stream: batch.stream.name, stored: outcome.stored, duplicates: outcome.duplicates.count)
                }
                ingest.writer.bus.announce(shares.lazy.filter { $0.stored > 0 }.map(\.stream))
                counted(Share(streams: shares, rejected: rejected))
                state.withLock { state in
                    state.overview.state = .working
                    state.overview.failure = nil
                    state.overview.counts.readings += SpoolTotals(
                        accepted: shares.reduce(0) { $0 + $1.stored },
                        duplicates: shares.reduce(0) { $0 + $1.duplicates }, rejected: portion.rejectedCount)
                }
                return
            } catch let error as HearthError where error.code == .storageFull {
                failed(error)
                try await clock.sleep(for: error.retryAfter ?? limits.retryDelay)
                try checkStop()
            }
        }
    }

    private func checkStop() throws {
        try Task.checkCancellation()
        if state.withLock({ $0.isPaused }) { throw Paused() }
    }
}

extension HearthError {
    /// Whether the store as a whole is in trouble, not one portion.
    fileprivate var isOfStorage: Bool {
        disposition == .retry || code == .storageFailed || code == .shuttingDown
    }
}
