package import HearthCore
import HearthInference
package import HearthMedia
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Has speech written down by sherpa-onnx, which runs many kinds of models and ends its process on those that it does not like:
/// so it has one of its own, for some stretches at a time. Sound goes to it as files in memory, results come back on its
/// output; its server would listen on every network.
package struct SherpaTranscriber: RemoteTranscriber {
    /// A minute of sound at most: what a network needs grows with the longest sound times their number.
    package let batchLimits = SpeechBatch.Limits(seconds: 60, stretches: 16)

    private let configuration: SherpaConfiguration

    package init(_ configuration: SherpaConfiguration) { self.configuration = configuration }

    /// Nothing outlives a call.
    package func shutdown() async throws {}

    /// - Throws: `HearthError`: `.retry` when the program is missing, the model is, the program refuses it, hangs, or was ended
    ///   from outside twice: recordings wait. `.caller` when it ends at this sound, and not at another. `CancellationError`.
    package func transcribe(_ segments: [SpeechSegment], language: String?) async throws -> [Transcript] {
        let run = try await Blocking.run { [configuration] in
            let model = try SherpaModel(folder: configuration.folder)
            return SherpaRun(
                program: try configuration.locatedProgram(), model: model, configuration: configuration)
        }
        let cuts = segments.map { StretchCut.pieces(of: $0.samples, longestSeconds: run.model.longestSeconds) }
        let answers = try await answers(to: cuts.flatMap { $0.map(\.samples) }, language, run)
        var place = 0
        return zip(segments, cuts).map { segment, pieces in
            let answer = SherpaAnswer.joined(zip(pieces, answers[place...]).map { ($0.start, $1) })
            place += pieces.count
            return answer.transcript(of: segment, engine: "sherpa-onnx/" + run.model.name, language: language)
        }
    }

    /// What the doctor says of it.
    package func modelKind() async throws -> (kind: String, name: String) {
        try await Blocking.run { [configuration] in
            let model = try SherpaModel(folder: configuration.folder)
            return (model.kind.rawValue, model.name)
        }
    }

    private func answers(to sounds: [[UInt8]], _ language: String?, _ run: SherpaRun) async throws -> [SherpaAnswer] {
        switch try await result(of: run, sounds, language) {
        case .success(let answers): return answers
        case .failure(let failure) where !failure.mayPass: throw failure.error(run.model)
        case .failure: break
        }
        // Each alone, so that one that cannot be heard is known, and hurts no other.
        var answers: [SherpaAnswer] = []
        for sound in sounds {
            switch try await result(of: run, [sound], language) {
            case .success(let answer): answers += answer
            case .failure(let failure): throw try await judged(failure, run, language)
            }
        }
        return answers
    }

    /// Whether a sound is to blame for what happened, or the program is.
    private func judged(_ failure: SherpaRun.Failure, _ run: SherpaRun, _ language: String?) async throws -> HearthError
    {
        guard case .failed(let why) = failure else { return failure.error(run.model) }
        guard case .success = try await result(of: run, [Self.hum], language) else { return failure.error(run.model) }
        return HearthError(
            .recogniserFailed, "sherpa-onnx cannot write down a stretch of this recording; it \(why).",
            hint: "The recording is kept. Another model may do: HEARTH_STT_FOLDER names it.")
    }

    /// A second of a tone that no recording has: a model that cannot hear this hears nothing.
    private static let hum: [UInt8] = (0..<16_000).flatMap { index -> [UInt8] in
        let value = Int16(index % 80 < 40 ? 600 : -600)
        return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    private func result(
        of run: SherpaRun, _ sounds: [[UInt8]], _ language: String?
    ) async throws -> Result<[SherpaAnswer], SherpaRun.Failure> {
        let running = Running()
        let result = try await withTaskCancellationHandler {
            try await Blocking.run { () -> Result<[SherpaAnswer], SherpaRun.Failure> in
                do throws(SherpaRun.Failure) {
                    return .success(
                        try run.answers(to: sounds.map { WaveFile.bytes($0) }, language: language) { running.start($0) }
                    )
                } catch {
                    return .failure(error)
                }
            }
        } onCancel: {
            running.cancel()
        }
        try Task.checkCancellation()
        return result
    }

    /// The process that is to be killed when nobody waits for it any more.
    private final class Running: Sendable {
        private let state = Mutex<(process: LimitedProcess?, isCancelled: Bool)>((nil, false))

        func start(_ process: LimitedProcess) {
            let isCancelled = state.withLock { state in
                state.process = process
                return state.isCancelled
            }
            if isCancelled { process.kill(.cancelled) }
        }

        func cancel() {
            let process = state.withLock { state in
                state.isCancelled = true
                return state.process
            }
            process?.kill(.cancelled)
        }
    }
}

extension SherpaRun.Failure {
    /// Whether the same may succeed at once.
    fileprivate var mayPass: Bool {
        switch self {
        case .failed, .endedFromOutside: true
        case .notStarted, .refusedModel, .tooSlow, .cancelled: false
        }
    }

    fileprivate func error(_ model: SherpaModel) -> HearthError {
        switch self {
        case .notStarted(let why):
            HearthError(
                .capabilityMissing, "sherpa-onnx cannot be started: \(why).",
                hint: "Install sherpa-onnx again; HEARTH_STT_PROGRAMS names the folder of its programs.",
                disposition: .retry)
        case .refusedModel(let why):
            HearthError(
                .malformedModel,
                "sherpa-onnx refuses the model \(model.name), taken for \(model.kind.rawValue); it \(why)",
                hint: "Install the model again, or another one; HEARTH_STT_FOLDER names its folder.",
                disposition: .retry)
        case .failed(let why):
            HearthError(
                .recogniserFailed, "sherpa-onnx writes down nothing with the model \(model.name); it \(why)",
                hint: "Install sherpa-onnx (2.0.1 or newer) and the model again.", disposition: .retry)
        case .endedFromOutside(let signal):
            HearthError(
                .recogniserFailed,
                "sherpa-onnx was ended by signal \(signal) (\(String(cString: strsignal(signal)))) from outside, twice.",
                hint: "Memory may be short (`journalctl -k` tells of it): take a smaller model. It is tried again.",
                disposition: .retry)
        case .tooSlow(let longest):
            HearthError(
                .recogniserFailed, "sherpa-onnx took longer than \(longest.components.seconds) seconds.",
                hint: "Take a smaller model: HEARTH_STT_FOLDER names its folder. It is tried again.",
                disposition: .retry)
        case .cancelled:
            HearthError(.recogniserFailed, "Writing down speech was cancelled.", disposition: .retry)
        }
    }
}
