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
    package var stepLimit: Duration { .seconds(4 * 3600) }

    private let decoder: DecoderClient
    private let blobs: BlobStore
    private let remote: (any RemoteTranscriber)?
    private let lane: RecordingLane

    /// - Parameter remote: Writes down instead of the decoder, when there is one.
    package init(
        decoder: DecoderClient, blobs: BlobStore, remote: (any RemoteTranscriber)? = nil, lane: RecordingLane = .short
    ) {
        self.decoder = decoder
        self.blobs = blobs
        self.remote = remote
        self.lane = lane
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

    private func readings(_ file: MediaFile) async throws -> [DerivedReading] {
        var found: [(segment: SpeechSegment, transcript: Transcript)] = []
        var current: SpeechSegment?
        var incomplete: String?
        let options = HearOptions(file, transcribes: remote == nil, includesSamples: remote != nil)
        try await decoder.answer(.hear(options), file.input(from: blobs), isLong: lane == .long) { event in
            switch event {
            case .speech(var segment):
                if let remote {
                    let transcript = try await remote.transcribe(segment, language: options.language)
                    segment.samples = []
                    found.append((segment, transcript))
                }
                current = segment
            case .transcript(let transcript):
                if let current { found.append((current, transcript)) }
            case .audioEnd(let end): incomplete = end.incomplete
            default: break
            }
        }
        return found.enumerated().compactMap { index, part in
            guard part.transcript.text.contains(where: { !$0.isWhitespace }) else { return nil }
            return reading(file, index, part.segment, part.transcript, incomplete)
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

/// Writes down a stretch of speech somewhere else.
package protocol RemoteTranscriber: Sendable {
    /// Times in the answer are seconds from the start of the recording.
    func transcribe(_ segment: SpeechSegment, language: String?) async throws -> Transcript
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
