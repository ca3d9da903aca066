package import HearthCore
package import Logging

/// Has files of strangers read by `hearth-decoder`, in processes of their own: what a damaged or hostile file does to a
/// library happens there. Decoders are started when needed, kept while there is work, ended when idle, killed when
/// they take too long, and a new one takes the place of one that died.
package actor DecoderClient {
    private struct Waiting {
        var number: Int
        var isLong: Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let configuration: DecoderConfiguration
    private let logger: Logger
    private var idle: [(process: DecoderProcess, since: ContinuousClock.Instant)] = []
    private var busy = 0
    /// Of the busy ones.
    private var long = 0
    private var waiting: [Waiting] = []
    private var lastNumber = 0
    private var isStopped = false

    package init(_ configuration: DecoderConfiguration = DecoderConfiguration(), logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Has one file read, and hands over the parts of the answer as they come. The decoder waits while `receive` works;
    /// that time does not count against the limit.
    ///
    /// - Parameter isLong: Whether it may take hours; nil: as requests of its kind may.
    /// - Throws: `HearthError`: what is wrong with the file (`media-damaged`, `media-unsupported`, `too-large`,
    ///   `media-too-slow`, `decoder-crashed`), `capability-missing`, `decoder-missing`, `overloaded`, `shutting-down`;
    ///   and what `receive` or the input throws, after which the decoder is gone.
    package func answer(
        _ request: DecoderRequest, _ input: DecoderInput, isLong: Bool? = nil,
        receive: (DecoderEvent) async throws -> Void
    ) async throws {
        let isLong = isLong ?? request.isLong
        try await takePlace(isLong: isLong)
        let process: DecoderProcess
        do {
            process = try idle.popLast()?.process ?? DecoderProcess(configuration)
        } catch {
            givePlaceBack(isLong: isLong)
            throw error
        }
        var isReusable = false
        defer {
            if isReusable && !isStopped {
                keep(process)
            } else {
                process.kill()
            }
            givePlaceBack(isLong: isLong)
        }
        do {
            try await withTaskCancellationHandler {
                try await converse(process, request, input, receive, &isReusable)
            } onCancel: {
                process.kill()
            }
        } catch {
            // The death of a decoder is the consequence of a cancellation, not the reason.
            try Task.checkCancellation()
            if let failure = error as? HearthError, failure.code == .decoderCrashed || failure.code == .mediaTooSlow {
                logger.warning("\(failure)", metadata: ["request": "\(request.name)"])
            }
            throw error
        }
    }

    /// The whole answer, for requests that have a short one.
    package func answer(_ request: DecoderRequest, _ input: DecoderInput) async throws -> [DecoderEvent] {
        var events: [DecoderEvent] = []
        try await answer(request, input) { events.append($0) }
        return events
    }

    /// What is installed and what is not.
    package func capabilities() async throws -> [Capability] {
        for case .capabilities(let list) in try await answer(.capabilities, .none) { return list }
        throw HearthError.wire("nothing about capabilities")
    }

    /// Ends all decoders; requests after this are refused, those under way finish.
    package func shutDown() {
        isStopped = true
        idle = []
        for waiting in waiting { waiting.continuation.resume(throwing: Self.stopped) }
        waiting = []
    }

    /// Decoders that run.
    package var running: Int { idle.count + busy }

    // MARK: Conversation

    private func converse(
        _ process: DecoderProcess, _ request: DecoderRequest, _ input: DecoderInput,
        _ receive: (DecoderEvent) async throws -> Void, _ isReusable: inout Bool
    ) async throws {
        var budget = TimeBudget(configuration.timeLimit ?? request.timeLimit)
        budget = try await process.perform { [budget] process in
            var budget = budget
            try process.send(request, input, &budget)
            return budget
        }
        var parts = 0
        var bytes = 0
        while true {
            let (frame, left) = try await process.perform { [budget] process in
                var budget = budget
                return (try process.receive(&budget), budget)
            }
            budget = left
            parts += 1
            bytes += frame.payload.count
            guard parts <= MediaLimits.answerParts, bytes <= MediaLimits.answerBytes else {
                throw HearthError(.tooLarge, "There is more in the file than is read of one file.")
            }
            switch frame.kind {
            case .event: try await receive(DecoderEvent(wire: EventPayload(payload: frame.payload)))
            case .done:
                isReusable = true
                return
            case .failure:
                isReusable = true
                throw try Self.failure(frame)
            case .request, .data, .end: throw HearthError.wire("a frame of kind \(frame.kind)")
            }
        }
    }

    private static func failure(_ frame: Frame) throws -> HearthError {
        guard let value = try? JSONValue(parsing: frame.payload) else {
            throw HearthError.wire("a failure without JSON")
        }
        return try HearthError(wire: value)
    }

    // MARK: Places

    private static let stopped = HearthError(.shuttingDown, "Hearth is stopping.", disposition: .retry)

    /// Waits until a decoder may be used.
    private func takePlace(isLong: Bool) async throws {
        guard !isStopped else { throw Self.stopped }
        if hasPlace(isLong: isLong) { return occupyPlace(isLong: isLong) }
        guard waiting.count < MediaLimits.waitingRequests else {
            throw HearthError(
                .overloaded, "Too many files wait to be read.", disposition: .retry, retryAfter: .seconds(5))
        }
        lastNumber += 1
        let number = lastNumber
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting.append(Waiting(number: number, isLong: isLong, continuation: continuation))
                }
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    private func giveUp(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// Long recordings leave a place to what is done in seconds: somebody may wait for a mail while hours of speech are heard.
    private func hasPlace(isLong: Bool) -> Bool {
        busy < configuration.limit || (!isLong && long >= configuration.limit && busy == long)
    }

    private func occupyPlace(isLong: Bool) {
        busy += 1
        if isLong { long += 1 }
    }

    /// Passes the place on to who waits longest and may have it.
    private func givePlaceBack(isLong: Bool) {
        busy -= 1
        if isLong { long -= 1 }
        while let index = waiting.firstIndex(where: { hasPlace(isLong: $0.isLong) }) {
            let next = waiting.remove(at: index)
            occupyPlace(isLong: next.isLong)
            next.continuation.resume()
        }
    }

    private func keep(_ process: DecoderProcess) {
        let now = ContinuousClock.now
        idle.append((process, now))
        Task {
            try? await Task.sleep(for: configuration.idle)
            endIdle(since: now)
        }
    }

    private func endIdle(since time: ContinuousClock.Instant) { idle.removeAll { $0.since <= time } }
}
