package import HearthCore
import HearthStore
import Synchronization

/// Runs one step at a time within its time limit.
///
/// Nothing in Swift ends a task that does not listen. A step that ignores its cancellation is left behind, counted until it
/// ends, and with too many of them no further one begins.
final class StepRunner: Sendable {
    private let processor: any Processor
    private let clock: any Clock<Duration>
    private let abandoned = Mutex(0)

    init(_ processor: any Processor, clock: any Clock<Duration>) {
        self.processor = processor
        self.clock = clock
    }

    /// Steps that were cancelled and still run.
    var abandonedSteps: Int { abandoned.withLock { $0 } }

    /// - Throws: what the processor throws; `step-timeout`; `CancellationError` when this task was cancelled.
    func run(_ batch: ReadingBatch) async throws -> ProcessorResult {
        guard abandonedSteps < PipelineLimits.abandonedSteps else {
            throw HearthError(
                .processorStuck,
                "\(PipelineLimits.abandonedSteps) steps of the processor \(processor.name) did not end when their time "
                    + "was over.",
                hint: "Restart Hearth; if it happens again, report it.", disposition: .retry)
        }
        let (limit, clock, processor) = (processor.stepLimit, clock, processor)
        let ending = Ending()
        // Not a child task: its end must not be waited for when it does not come.
        let step = Task {
            do { ending.resolve(.success(try await processor.process(batch))) } catch {
                ending.resolve(.failure(error))
            }
            if ending.isAbandoned { self.abandoned.withLock { $0 -= 1 } }
        }
        let watch = Task {
            try await clock.sleep(for: limit)
            step.cancel()
            ending.expire()
            try await clock.sleep(for: PipelineLimits.cancellationGrace)
            if ending.abandon() { self.abandoned.withLock { $0 += 1 } }
        }
        defer { watch.cancel() }
        return try await withTaskCancellationHandler {
            try await ending.value(or: Self.timeout(processor, limit))
        } onCancel: {
            step.cancel()
            Task {
                // The same patience as for a step whose time is over.
                try? await clock.sleep(for: PipelineLimits.cancellationGrace)
                if ending.abandon() { self.abandoned.withLock { $0 += 1 } }
            }
        }
    }

    private static func timeout(_ processor: any Processor, _ limit: Duration) -> HearthError {
        HearthError(
            .stepTimeout, "A step of the processor \(processor.name) took longer than \(limit).", disposition: .retry)
    }
}

/// How a step ended, whoever knows first.
private final class Ending: Sendable {
    private struct State {
        var result: Result<ProcessorResult, any Error>?
        var isExpired = false
        var isAbandoned = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func resolve(_ result: Result<ProcessorResult, any Error>) { change { $0.result = result } }

    /// The time is over: whatever the step throws now, that is why.
    func expire() { state.withLock { $0.isExpired = true } }

    /// - Returns: false when the step has ended meanwhile.
    func abandon() -> Bool {
        var isLate = false
        change { state in
            isLate = state.result == nil && !state.isAbandoned
            if isLate { state.isAbandoned = true }
        }
        return isLate
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            guard state.result != nil || state.isAbandoned else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    func value(or timeout: HearthError) async throws -> ProcessorResult {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.result != nil || state.isAbandoned { return true }
                state.waiting = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
        let (result, isExpired) = state.withLock { ($0.result, $0.isExpired) }
        switch result {
        case .success(let result): return result
        case .failure(let error):
            if isExpired { throw timeout }
            throw error
        case nil:
            if isExpired { throw timeout }
            throw CancellationError()
        }
    }
}

extension ErrorCode {
    /// A step took longer than its processor allows.
    package static let stepTimeout = ErrorCode("step-timeout")
    /// A processor has too many steps that do not end.
    package static let processorStuck = ErrorCode("processor-stuck")
    /// A processor failed with something that is no error of Hearth's.
    package static let processorFailed = ErrorCode("processor-failed")
}
