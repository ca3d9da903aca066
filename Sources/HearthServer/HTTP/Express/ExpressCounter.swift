import HearthCore
import HearthIngest
import NIOCore
import Synchronization

/// Brings the outcomes of commits back to the connections of one event loop: those of a whole group with one wake-up.
final class ExpressCounter: Sendable {
    private struct Outcome: Sendable {
        let handler: NIOLoopBound<ExpressHandler>
        let number: Int
        let job: ExpressDesk.Job
        let result: Result<Receipt, HearthError>
    }

    private struct State {
        var outcomes: [Outcome] = []
        var isClosed = false
    }

    private let loop: any EventLoop
    private let desk: ExpressDesk
    private let state = Mutex(State())

    init(loop: any EventLoop, desk: ExpressDesk) {
        self.loop = loop
        self.desk = desk
    }

    /// Called on any thread.
    func bring(
        _ result: Result<Receipt, HearthError>, of job: ExpressDesk.Job, number: Int,
        to handler: NIOLoopBound<ExpressHandler>
    ) {
        let outcome = Outcome(handler: handler, number: number, job: job, result: result)
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.outcomes.append(outcome)
            // Inside the lock, so that the loop cannot have ended: it outlasts `close`.
            if state.outcomes.count == 1 { loop.execute { self.deliver() } }
            return false
        }
        if isClosed { _ = desk.finish(job, result) }
    }

    private func deliver() {
        let outcomes = state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
        for outcome in outcomes {
            outcome.handler.value.answered(outcome.number, desk.finish(outcome.job, outcome.result))
        }
        // After all of them, so that answers of one connection leave in one piece.
        for outcome in outcomes { outcome.handler.value.flush() }
    }

    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.outcomes = [] }
            return state.outcomes
        }
        for outcome in left { _ = desk.finish(outcome.job, outcome.result) }
    }
}
