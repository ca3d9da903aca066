package import HearthCore
package import HearthMedia
package import HearthPipeline
package import HearthStore
package import HearthVault

/// Finds speech in recordings. Apart from the writing down, so that it is known at once whether somebody speaks.
package struct SpeechProcessor: Processor {
    package static let output = "media_audio_vad_filtered"

    package var name: String { "find-speech" + lane.ending }
    package var summary: String {
        "Finds the stretches of \(lane == .long ? "long recordings" : "recordings") in which somebody speaks"
    }
    package let inputs = ["audio"]
    package let outputs = [SpeechProcessor.output]
    package let batchLimit = 1
    package var stepLimit: Duration { .seconds(3600) }

    private let decoder: DecoderClient
    private let blobs: BlobStore
    private let lane: RecordingLane

    package init(decoder: DecoderClient, blobs: BlobStore, lane: RecordingLane = .short) {
        self.decoder = decoder
        self.blobs = blobs
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
        var found: [SpeechSegment] = []
        var incomplete: String?
        let request = DecoderRequest.hear(HearOptions(file, transcribes: false))
        try await decoder.answer(request, file.input(from: blobs), isLong: lane == .long) { event in
            switch event {
            case .speech(let segment): found.append(segment)
            case .audioEnd(let end): incomplete = end.incomplete
            default: break
            }
        }
        return found.enumerated().map { index, segment in
            var payload = RecordingPayload(file, start: segment.start, end: segment.end, incomplete: incomplete)
            payload.add("probability", .real(segment.probability))
            return payload.reading(Self.output, file, ordinal: index)
        }
    }
}
