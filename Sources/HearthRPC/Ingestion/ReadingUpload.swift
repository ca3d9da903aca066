import GRPCCore
import HearthCore
import HearthIngest
import HearthProtocols
import HearthServer
import HearthStore
import HearthVault
import Logging
import SwiftProtobuf
import Synchronization

/// One call that sends readings. One task reads and admits frames and gives them to the commit writer; another waits for what
/// became of them and answers, in the order of frames. Between the two there is as much as `FrameRoom` holds.
struct ReadingUpload: Sendable {
    enum Input: Sendable {
        case opening(Ingestion_V1_Opening)
        case frame(Ingestion_V1_Frame, byteCount: Int)
        case unreadable(HearthError, byteCount: Int)
    }

    enum Answer: Sendable {
        case opened(Ingestion_V1_Opened)
        case result(Ingestion_V1_FrameResult)
    }

    /// A frame whose readings are on their way to the disk.
    private struct PendingFrame: Sendable {
        var sequence: Int64
        var draft: Draft
        var size: FrameRoom.Size
        var began: ContinuousClock.Instant
        private(set) var promise = FramePromise()

        init(sequence: Int64, draft: Draft, size: FrameRoom.Size, began: ContinuousClock.Instant) {
            self.sequence = sequence
            self.draft = draft
            self.size = size
            self.began = began
        }

        /// The same frame, of which nothing is known yet.
        var submittedAnew: PendingFrame {
            var frame = self
            frame.promise = FramePromise()
            return frame
        }
    }

    private enum Pending: Sendable {
        case opened(Ingestion_V1_Opened)
        case refused(Ingestion_V1_FrameResult, FrameRoom.Size)
        case frame(PendingFrame)
    }

    /// Rejected readings that one answer lists.
    static let listedRejections = 1000
    /// While the writer's queue is full, a call waits so long before it is given back; nothing more is read from it meanwhile.
    private static let patience = Duration.seconds(60)
    private static let retryInterval = Duration.milliseconds(50)
    /// A position is written at most so often, beside the readings it is about.
    private static let saveInterval = Duration.seconds(10)
    static let metricKind = "grpc"

    private let dependencies: ServerDependencies
    private let gate: AccessGate
    private let runs: UploadRuns
    private let principal: Principal
    private let room = FrameRoom()
    /// Of the opening; set before the first frame is answered.
    private let token = Shared<String?>(nil)

    init(_ desk: CallDesk, _ runs: UploadRuns, _ principal: Principal) {
        dependencies = desk.dependencies
        gate = desk.gate
        self.runs = runs
        self.principal = principal
    }

    /// Reads until the sender is done, and returns when everything is answered.
    ///
    /// - Parameter answer: Takes answers one after the other. When it throws, nobody listens any more; what was read is stored
    ///   and counted all the same.
    /// - Throws: What ended the call early. Frames that were answered before are on disk.
    func run<Inputs: AsyncSequence & Sendable>(
        _ inputs: Inputs, answer: @escaping @Sendable (Answer) async throws -> Void
    ) async throws where Inputs.Element == Input {
        dependencies.metrics.opened(Self.metricKind, 1)
        defer { dependencies.metrics.opened(Self.metricKind, -1) }
        let (pending, continuation) = AsyncStream.makeStream(of: Pending.self)
        let reader = Task {
            defer { continuation.finish() }
            try await read(inputs) { continuation.yield($0) }
        }
        // Not a child: what waits for the disk is answered even when the call is cancelled.
        let answerer = Task { await answerAll(pending, answer) { reader.cancel() } }
        let ending = await withTaskCancellationHandler {
            await reader.result
        } onCancel: {
            reader.cancel()
        }
        if let failure = await answerer.value { throw failure }
        try ending.get()
    }

    // MARK: Reading

    private func read<Inputs: AsyncSequence>(
        _ inputs: Inputs, _ emit: (Pending) -> Void
    ) async throws where Inputs.Element == Input {
        var frames = FrameReader(dependencies.ingest, principal)
        var count: Int64 = 0
        var isFirst = true
        for try await input in inputs {
            defer { isFirst = false }
            guard dependencies.authenticator.isStillGood(principal) else {
                throw HearthError.unauthorized("The token was revoked or has expired.")
            }
            if case .opening(let opening) = input {
                guard isFirst else { throw HearthError.unfit("/opening", "is not the first message") }
                try frames.open(opening)
                emit(.opened(try await opened(opening)))
                continue
            }
            // A sender that exceeds its rate is read more slowly.
            while let wait = gate.wait(of: principal) { try await Task.sleep(for: wait) }
            count += 1
            try await take(input, number: count, frames, emit)
        }
        // The end of a cancelled sequence is not the sender's.
        try Task.checkCancellation()
    }

    private func take(
        _ input: Input, number: Int64, _ frames: FrameReader, _ emit: (Pending) -> Void
    ) async throws {
        let began = ContinuousClock.now
        var sequence = number
        var size = FrameRoom.Size(readings: 0, bytes: 0)
        do throws(HearthError) {
            switch input {
            case .opening: return
            case .unreadable(let error, let byteCount):
                size.bytes = byteCount
                throw error
            case .frame(let frame, let byteCount):
                size.bytes = byteCount
                if frame.sequence != 0 { sequence = frame.sequence }
                guard sequence > 0 else { throw HearthError.unfit("/sequence", "must be a whole number from 1 on") }
                let draft = try frames.draft(of: frame)
                size.readings = draft.places.count + draft.rejected.count
                try await submit(PendingFrame(sequence: sequence, draft: draft, size: size, began: began), emit)
            }
        } catch {
            // A frame that cannot be taken concerns that frame; a server that takes none ends the call.
            guard error.disposition == .caller else { throw error }
            var result = Ingestion_V1_FrameResult()
            result.sequence = sequence
            result.error = error.wire
            // A sender that hears no answers is slowed by its bad frames too.
            await room.take(size)
            emit(.refused(result, size))
        }
    }

    /// Gives a frame to the commit writer as soon as there is room, here and there.
    private func submit(_ frame: PendingFrame, _ emit: (Pending) -> Void) async throws(HearthError) {
        await room.take(frame.size)
        let end = ContinuousClock.now + Self.patience
        while true {
            let frame = frame.submittedAnew
            dependencies.ingest.writer.submit(frame.draft.batches) { frame.promise.keep($0) }
            // Only refusals are known at once.
            guard case .failure(let error) = frame.promise.outcome, error.code == .overloaded, ContinuousClock.now < end
            else { return emit(.frame(frame)) }
            do { try await Task.sleep(for: Self.retryInterval) } catch {
                room.give(frame.size)
                throw HearthError.stopping
            }
        }
    }

    // MARK: Opening

    private func opened(_ opening: Ingestion_V1_Opening) async throws -> Ingestion_V1_Opened {
        var own = opening.resumeToken
        if own.isEmpty { own = UniqueID.random(at: dependencies.time.now()).description }
        guard own.utf8.count <= 64 else {
            throw HearthError.unfit("/opening/resume_token", "must have 1 to 64 bytes")
        }
        let known = try await runs.acknowledged(own, of: principal.id)
        token.set(own)
        var opened = Ingestion_V1_Opened()
        opened.resumeToken = own
        opened.resumed = known != nil
        opened.acknowledged = known ?? 0
        opened.limits.messageBytes = UInt64(dependencies.settings.limits.messageBytes)
        opened.limits.frameReadings = UInt64(dependencies.ingest.limits.batchItems)
        opened.limits.framesInFlight = UInt64(FrameRoom.frames)
        opened.limits.framesPerSecond = gate.perSecond(principal) ?? 0
        return opened
    }

    // MARK: Answering

    /// - Parameter stop: Ends the reading when readings cannot be stored.
    /// - Returns: Why readings could not be stored.
    private func answerAll(
        _ pending: AsyncStream<Pending>, _ answer: @escaping @Sendable (Answer) async throws -> Void,
        stop: @Sendable () -> Void
    ) async -> HearthError? {
        var failure: HearthError?
        var isHeard = true
        var savedAt: ContinuousClock.Instant?
        var hasAdvanced = false
        for await item in pending {
            var next: Answer?
            var size: FrameRoom.Size?
            switch item {
            case .opened(let opened): next = .opened(opened)
            case .refused(let refusal, let room): (next, size) = (.result(refusal), room)
            case .frame(let frame):
                size = frame.size
                switch await frame.promise.kept() {
                case .failure(let error):
                    if failure == nil {
                        failure = error
                        stop()
                    }
                // Behind a frame that is not on disk: the sender has to send this one again too, which is harmless.
                case .success where failure != nil: break
                case .success(let outcomes):
                    next = .result(result(of: frame, outcomes))
                    hasAdvanced = token.value != nil
                }
            }
            if let next, failure == nil, isHeard { isHeard = await say(next, answer) }
            // Not before the sender has been told: one that does not listen is slowed too.
            if let size { room.give(size) }
            let now = ContinuousClock.now
            if hasAdvanced, savedAt.map({ now - $0 >= Self.saveInterval }) ?? true {
                savedAt = now
                hasAdvanced = false
                await save()
            }
        }
        if hasAdvanced { await save() }
        return failure
    }

    private func say(_ ready: Answer, _ answer: (Answer) async throws -> Void) async -> Bool {
        do {
            try await answer(ready)
            return true
        } catch {
            // The peer is gone, which ends the reading by itself.
            return false
        }
    }

    private func result(of frame: PendingFrame, _ outcomes: [AppendOutcome]) -> Ingestion_V1_FrameResult {
        let report = Ingest.report(on: frame.draft, outcomes)
        dependencies.metrics.count(report, stream: nil)
        dependencies.metrics.answered(1, of: Self.metricKind, after: ContinuousClock.now - frame.began)
        if let token = token.value {
            runs.advance(token, of: principal.id, to: frame.sequence, isNewRun: report.accepted > 0)
        }
        var result = Ingestion_V1_FrameResult()
        result.sequence = frame.sequence
        result.accepted = UInt32(report.accepted)
        result.duplicates = UInt32(report.duplicates)
        result.rejected = UInt32(report.rejected.count)
        result.rejections = report.rejected.prefix(Self.listedRejections).map { rejection in
            .with {
                $0.index = UInt32(rejection.index)
                $0.error = rejection.error.wire
            }
        }
        return result
    }

    private func save() async {
        do { try await runs.save(principal.id) } catch {
            // Only a hint is lost: the sender sends more again than it would have to.
            dependencies.logger.warning("A resume point could not be saved: \(error)")
        }
    }
}

/// A value that two tasks see.
private final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func set(_ value: Value) { state.withLock { $0 = value } }
}
