import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import Logging
import Synchronization

/// Works for one processor until it is stopped: waits for new readings, takes the lease, runs steps, commits.
final class ProcessorWorker: Sendable {
    private enum Outcome {
        case worked
        case idle
        case held(until: Timestamp)
        case blocked
    }

    private struct State {
        var isStopping = false
        var lease: ProcessorLease?
        var turn = 0
    }

    let processor: any Processor
    let meter = ProcessorMeter()
    let inputs: [StreamDefinition]
    private let holder: UniqueID
    private let context: PipelineContext
    private let gate: CommitGate
    private let alarm: Alarm
    private let runner: StepRunner
    private let finder: JobFinder
    private let state = Mutex(State())

    init(
        _ processor: any Processor, inputs: [StreamDefinition], holder: UniqueID, context: PipelineContext,
        gate: CommitGate
    ) {
        self.processor = processor
        self.inputs = inputs
        self.holder = holder
        self.context = context
        self.gate = gate
        alarm = Alarm(clock: context.clock)
        runner = StepRunner(processor, clock: context.clock)
        finder = JobFinder(
            store: context.store, processor: processor.name, inputs: inputs,
            limit: min(max(processor.batchLimit, 1), PipelineLimits.batchReadings))
    }

    /// Looks for work now, also when it waits out a failure.
    func nudge() { alarm.ring(.person) }

    /// Takes no further work; the step under way may end.
    func stop() {
        state.withLock { $0.isStopping = true }
        alarm.ring(.person)
    }

    private var isStopping: Bool { Task.isCancelled || state.withLock { $0.isStopping } }

    // MARK: The loop

    func run() async {
        let alarm = alarm
        let listener = context.bus.listen(to: Set(inputs.map(\.name))) { alarm.ring(.work) }
        defer { context.bus.forget(listener) }
        var failures = 0
        while !isStopping {
            do {
                let outcome = try await turn()
                failures = 0
                await rest(after: outcome)
            } catch is CancellationError {
                break
            } catch {
                if isStopping { break }
                failures += 1
                note(error)
                meter.enter(.retrying)
                await giveBack()
                await alarm.sleep(
                    atMost: context.random.delay(context.backoff, after: failures), isPatient: true)
            }
        }
        meter.enter(.stopped)
        await giveBack()
    }

    private func rest(after outcome: Outcome) async {
        switch outcome {
        case .worked: return
        case .blocked:
            meter.enter(.blocked)
            await giveBack()
            await alarm.sleep(atMost: PipelineLimits.safetyPoll)
        case .held(let until):
            meter.enter(.elsewhere)
            // Somebody else does the work; this one only takes over when they stop.
            let rest = max(until - context.time.now(), .milliseconds(100))
            await alarm.sleep(atMost: min(rest, PipelineLimits.safetyPoll), isPatient: true)
        case .idle:
            meter.enter(.idle)
            if holdsLease {
                await alarm.sleep(atMost: PipelineLimits.idleLease)
                return
            }
            await alarm.sleep(atMost: PipelineLimits.safetyPoll)
        }
    }

    private func turn() async throws -> Outcome {
        let store = context.store
        let record = try await store.record(of: processor.name)
        if record.deadLetters >= PipelineLimits.deadLetters { return .blocked }
        let turn = state.withLock { state in
            state.turn += 1
            return state.turn
        }
        guard let job = try await finder.next(record, turn: turn) else {
            // A whole rest has brought nothing: others may have the lease.
            if state.withLock({ $0.lease }) != nil, meter.current.state == .idle { await giveBack() }
            return .idle
        }
        let known = state.withLock { $0.lease }
        switch try await claim() {
        case .held(let until):
            state.withLock { $0.lease = nil }
            return .held(until: until)
        case .granted(let lease):
            // What was found may have been done by the one who had the lease before.
            guard lease == known else { return .worked }
            meter.enter(.working)
            try await work(job, under: lease)
            return .worked
        }
    }

    // MARK: Lease

    private var holdsLease: Bool { state.withLock { $0.lease != nil } }

    private func claim() async throws -> LeaseClaim {
        let now = context.time.now()
        if let lease = state.withLock({ $0.lease }) { return .granted(lease) }
        let claim = try await context.store.claim(
            processor.name, for: holder, until: now + PipelineLimits.lease, at: now)
        if case .granted(let lease) = claim { state.withLock { $0.lease = lease } }
        return claim
    }

    private func giveBack() async {
        guard let lease = state.withLock({ $0.lease }) else { return }
        state.withLock { $0.lease = nil }
        do {
            try await context.store.release(lease)
        } catch {
            // It runs out by itself.
            context.logger.debug("a lease could not be given back", metadata: metadata(error))
        }
    }

    // MARK: One job

    private func work(_ job: ProcessorJob, under lease: ProcessorLease) async throws {
        do {
            let commit = try await whileKeeping(lease) { try await self.steps(of: job) }
            let now = context.time.now()
            let outcome = try await gate.pass {
                try await context.store.commit(commit, under: lease, until: now + PipelineLimits.lease)
            }
            context.bus.announce(outcome.streams)
            meter.commit(
                worked: commit.worked.count, failed: commit.failed.count,
                arrivals: job.lane == .live ? job.batch.heads.map(\.received) : [], at: context.time.now())
        } catch let error as HearthError where error.code == .leaseLost {
            state.withLock { $0.lease = nil }
            throw error
        }
    }

    /// Keeps the lease while `body` runs, and cancels it when the lease is lost.
    private func whileKeeping<Value: Sendable>(
        _ lease: ProcessorLease, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.keep(lease)
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func keep(_ lease: ProcessorLease) async throws {
        while true {
            try await context.clock.sleep(for: PipelineLimits.leaseRenewal)
            let now = context.time.now()
            do {
                let claim = try await context.store.claim(
                    processor.name, for: holder, until: now + PipelineLimits.lease, at: now)
                guard claim == .granted(lease) else { throw HearthError.leaseLost(processor.name) }
            } catch let error as HearthError where error.code != .leaseLost {
                // There is time for another try before the lease runs out; a commit finds out in any case.
                context.logger.warning("a lease could not be kept", metadata: metadata(error))
            }
        }
    }

    /// Runs steps until every reading of the job is worked or set aside.
    private func steps(of job: ProcessorJob) async throws -> ProcessorCommit {
        var harvest = StepHarvest(job.batch, processor: processor, admission: context.admission)
        var machine = BatchMachine(rows: job.batch.count, attempts: context.attempts)
        var action = machine.first
        while true {
            let rows: Range<Int>
            switch action {
            case .finish:
                harvest.setAside(machine.casualties)
                let now = context.time.now()
                for failure in harvest.failures.values { note(failure.error) }
                return harvest.commit(job.progress, at: now) { self.context.random.id(at: now) }
            case .step(let range): rows = range
            case .waitThenStep(let range, let failures):
                rows = range
                meter.enter(.retrying)
                await alarm.sleep(
                    atMost: context.random.delay(context.backoff, after: failures), isPatient: true)
                if isStopping { throw CancellationError() }
                meter.enter(.working)
            }
            do {
                try harvest.take(try await step(job.batch, rows), of: rows)
                action = machine.succeeded()
            } catch is CancellationError where Task.isCancelled {
                throw CancellationError()
            } catch {
                let failure = Self.failure(error, of: processor)
                if failure.code == .processorStuck { throw failure }
                note(failure)
                action = machine.failed(
                    failure, isHopeless: failure.code == .stepTimeout, limit: processor.attempts(after: failure))
            }
        }
    }

    private func step(_ batch: ReadingBatch, _ rows: Range<Int>) async throws -> ProcessorResult {
        var part = batch
        if rows.count < batch.count {
            part = ReadingBatch(stream: batch.stream, minimumCapacity: rows.count)
            for row in rows { part.append(row: row, of: batch) }
        }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let result = try await runner.run(part)
            meter.step(took: clock.now - start, failed: false)
            return result
        } catch {
            meter.step(took: clock.now - start, failed: true)
            throw error
        }
    }

    // MARK: Failures

    private static func failure(_ error: any Error, of processor: any Processor) -> HearthError {
        (error as? HearthError)
            ?? HearthError(
                .processorFailed, "The processor \(processor.name) failed.", disposition: .defect, cause: error)
    }

    private func note(_ error: any Error) {
        let failure = Self.failure(error, of: processor)
        meter.note(failure, at: context.time.now())
        context.logger.warning("background work failed", metadata: metadata(failure))
    }

    private func metadata(_ error: any Error) -> Logger.Metadata {
        ["processor": "\(processor.name)", "error": "\(error)"]
    }
}
