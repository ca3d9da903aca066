package import HearthCore
package import HearthMedia
package import HearthPipeline
package import HearthStore
package import HearthVault
import OrderedCollections

/// Writes down what is said in recordings. What nobody said is not written: a recording without speech gives nothing.
package struct TranscriptProcessor: Processor {
    package static let output = "media_text_transcribed_words"

    package var name: String { "transcribe" + lane.ending }
    package var summary: String { "Writes down what is said in \(lane == .long ? "long recordings" : "recordings")" }
    package let inputs = ["audio"]
    package let outputs = [TranscriptProcessor.output]
    package let batchLimit = 1
    /// Work on one recording, waiting for a decoder included: what is not written down then is left out, and the readings say
    /// so. Decoding alone has as long as the step.
    static let longestWork = Duration.seconds(3 * 3600 + 1800)
    /// Longer than the work and the last answer of a transcription server.
    package var stepLimit: Duration { .seconds(4 * 3600) }

    private let decoder: DecoderClient
    private let blobs: BlobStore
    private let remote: (any RemoteTranscriber)?
    private let lane: RecordingLane
    private let now: @Sendable () -> ContinuousClock.Instant
    private let finished = FinishedStretches()

    /// - Parameter remote: Writes down instead of the decoder, when there is one.
    package init(
        decoder: DecoderClient, blobs: BlobStore, remote: (any RemoteTranscriber)? = nil, lane: RecordingLane = .short,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.decoder = decoder
        self.blobs = blobs
        self.remote = remote
        self.lane = lane
        self.now = now
    }

    package func attempts(after error: HearthError) -> Int? { MediaLimits.attempts(after: error) }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        var result = ProcessorResult()
        for row in 0..<batch.count {
            do {
                let file = try MediaFile(batch, row: row)
                if lane.takes(file) { result.readings += try await readings(file) }
            } catch {
                result.failures.append(ReadingFailure(row: row, error: try MediaFault.judged(error)))
            }
        }
        return result
    }

    /// There was no time for the rest of a recording.
    private struct TimeIsUp: Error {}

    private func readings(_ file: MediaFile) async throws -> [DerivedReading] {
        let end = now() + Self.longestWork
        var found: [(segment: SpeechSegment, transcript: Transcript)] = []
        var current: SpeechSegment?
        var incomplete: String?
        let options = HearOptions(file, transcribes: remote == nil, includesSamples: remote != nil)
        var batch = remote.map { SpeechBatch($0.batchLimits) }
        do {
            try await decoder.answer(.hear(options), file.input(from: blobs), isLong: lane == .long) { event in
                switch event {
                case .speech(let segment):
                    if now() > end { throw TimeIsUp() }
                    for full in batch?.add(segment) ?? [] {
                        found += try await written(full, of: file, options.language)
                    }
                    current = segment
                case .transcript(let transcript):
                    if let current { found.append((current, transcript)) }
                case .audioEnd(let end): incomplete = end.incomplete
                default: break
                }
            }
        } catch is TimeIsUp where !found.isEmpty {
            let seconds = Int(found.last?.segment.end ?? 0)
            incomplete = "Only the first \(seconds) seconds are written down: there was no time for more."
        } catch is TimeIsUp {
            throw HearthError(
                .mediaTooSlow,
                "Nothing of the recording was written down in \(Self.longestWork.components.seconds) seconds.",
                hint: "Send it in smaller parts. It is kept as it came.")
        }
        if let rest = batch?.finish() { found += try await written(rest, of: file, options.language) }
        finished.forget(file.blob)
        return found.enumerated().compactMap { index, part in
            guard part.transcript.text.contains(where: { !$0.isWhitespace }) else { return nil }
            return reading(file, index, part.segment, part.transcript, incomplete)
        }
    }

    /// A server that fails in hour three is not asked again for what it answered before.
    private func written(
        _ segments: [SpeechSegment], of file: MediaFile, _ language: String?
    ) async throws -> [(segment: SpeechSegment, transcript: Transcript)] {
        guard let remote else { return [] }
        var transcripts = segments.map { finished.transcript(of: $0, in: file.blob) }
        let unknown = transcripts.indices.filter { transcripts[$0] == nil }
        if !unknown.isEmpty {
            let written = try await remote.transcribe(unknown.map { segments[$0] }, language: language)
            for (index, transcript) in zip(unknown, written) {
                finished.keep(transcript, of: segments[index], in: file.blob)
                transcripts[index] = transcript
            }
        }
        return zip(segments, transcripts).compactMap { segment, transcript in
            guard let transcript else { return nil }
            // Their sound is no longer needed, and an hour of it is much.
            var segment = segment
            segment.samples = []
            return (segment, transcript)
        }
    }

    private func reading(
        _ file: MediaFile, _ index: Int, _ segment: SpeechSegment, _ transcript: Transcript, _ incomplete: String?
    ) -> DerivedReading {
        var payload = RecordingPayload(file, start: segment.start, end: segment.end, incomplete: incomplete)
        payload.add("segment", .integer(Int64(index)))
        payload.add("text", .string(transcript.text))
        payload.add("words", .array(transcript.words.map(\.payload)))
        payload.add("timing", .string(transcript.timing.rawValue))
        payload.add("engine", .string(transcript.engine))
        if let language = transcript.language { payload.add("language", .string(language)) }
        let sure = transcript.words.compactMap(\.confidence)
        if !sure.isEmpty { payload.add("confidence", .real(sure.reduce(0, +) / Double(sure.count))) }
        return payload.reading(Self.output, file, ordinal: index)
    }
}

/// Writes down stretches of speech somewhere else than in the decoder.
package protocol RemoteTranscriber: Sendable {
    /// How many are best written down together.
    var batchLimits: SpeechBatch.Limits { get }

    /// One transcript per stretch, in their order. Times in it are seconds from the start of the recording.
    ///
    /// - Throws: `HearthError`, `.retry` where the recording has to wait; `CancellationError`.
    func transcribe(_ segments: [SpeechSegment], language: String?) async throws -> [Transcript]

    func shutdown() async throws
}

extension Transcript.Word {
    fileprivate var payload: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "text": .string(text), "start": .real(start), "end": .real(max(start, end)),
        ]
        if let confidence { members["confidence"] = .real(confidence) }
        return .object(members)
    }
}
