package import HearthCore
import HearthIngest
import HearthSchema
package import HearthStore
import Logging
package import ServiceLifecycle

/// Runs the processors: one worker each, side by side.
package final class PipelineService: Service, ProcessorBoard {
    /// How long a stop waits for steps that are under way before it cancels them.
    private static let drain = Duration.seconds(20)

    private let context: PipelineContext
    /// In order of name.
    private let workers: [ProcessorWorker]

    /// - Throws: `invalid-processor` for processors that cannot run together with these streams.
    package init(_ processors: [any Processor], context: PipelineContext) throws(HearthError) {
        try ProcessorCheck.check(processors, registry: context.admission.registry)
        self.context = context
        let gate = CommitGate()
        workers = processors.sorted { $0.name < $1.name }.map { processor in
            ProcessorWorker(
                processor, inputs: processor.inputs.compactMap { context.admission.registry[$0] },
                holder: context.holder,
                context: context, gate: gate)
        }
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.runWorkers() }
                group.addTask {
                    await Self.waitForStop()
                    try? await self.context.clock.sleep(for: Self.drain)
                }
                // Either all workers are done, or the time for that is over.
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            for worker in self.workers { worker.stop() }
        }
    }

    private func runWorkers() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.run() } }
            // A service without workers has nothing to do until it is stopped, and must not end before.
            if workers.isEmpty { group.addTask { await Self.waitForStop() } }
        }
    }

    private static func waitForStop() async {
        // Cancellation is a stop, too.
        try? await gracefulShutdown()
    }

    // MARK: Board

    package var counts: [(processor: String, counts: ProcessorCounts)] {
        workers.map { ($0.processor.name, $0.meter.current.counts) }
    }

    package func overviews() async throws -> [ProcessorOverview] {
        var overviews: [ProcessorOverview] = []
        for worker in workers { overviews.append(try await overview(worker)) }
        return overviews
    }

    package func overview(of processor: String) async throws -> ProcessorOverview {
        try await overview(try worker(processor))
    }

    package func run(_ processor: String, from time: Timestamp?) async throws -> ProcessorOverview {
        let worker = try worker(processor)
        if let time {
            _ = try await context.store.startRun(of: processor, from: time, at: context.time.now())
        }
        worker.nudge()
        return try await overview(worker)
    }

    package func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter] {
        _ = try worker(processor)
        return try await context.store.deadLetters(of: processor, after: id, limit: limit)
    }

    package func replay(_ letter: UniqueID, of processor: String) async throws {
        let worker = try worker(processor)
        guard try await context.store.requestReplay(of: letter, of: processor) else { throw Self.noLetter(letter) }
        worker.nudge()
    }

    package func discard(_ letter: UniqueID, of processor: String) async throws {
        let worker = try worker(processor)
        guard try await context.store.removeDeadLetter(letter, of: processor) else { throw Self.noLetter(letter) }
        worker.nudge()
    }

    private static func noLetter(_ id: UniqueID) -> HearthError {
        HearthError(
            .notFound, "There is no dead letter \(id).", hint: "GET /processors/{name}/dead-letters lists them.")
    }

    private func worker(_ name: String) throws(HearthError) -> ProcessorWorker {
        guard let worker = workers.first(where: { $0.processor.name == name }) else {
            throw HearthError(
                .notFound, "There is no processor \(name.prefix(64)).", hint: "GET /processors lists them.")
        }
        return worker
    }

    private func overview(_ worker: ProcessorWorker) async throws -> ProcessorOverview {
        let (store, now) = (context.store, context.time.now())
        let record = try await store.record(of: worker.processor.name)
        var inputs: [ProcessorOverview.Input] = []
        var oldest: Timestamp?
        var isCut = false
        for stream in worker.inputs {
            let cursor = record.cursors[stream.name]
            let backlog = try await store.backlog(of: stream, after: cursor, limit: PipelineLimits.countedLag)
            inputs.append(.init(stream: stream.name, cursor: cursor?.text, lag: backlog.count))
            isCut = isCut || backlog.count >= PipelineLimits.countedLag
            if let first = backlog.oldest { oldest = min(first, oldest ?? first) }
        }
        let current = worker.meter.current
        return ProcessorOverview(
            name: worker.processor.name, summary: worker.processor.summary, inputs: inputs,
            outputs: worker.processor.outputs, state: current.state,
            lag: oldest.map { max(now - $0, .zero) } ?? .zero, isLagCut: isCut,
            rate: worker.meter.rate(at: now), worked: current.counts.worked, failed: current.counts.failed,
            failedSteps: current.counts.failedSteps, deadLetters: record.deadLetters, lastError: current.lastError,
            run: record.run)
    }
}
