import HearthMedia
import Synchronization

/// What was written down of the recording that was worked last, in memory, for the case that it is tried again. Finding
/// speech in the same bytes gives the same stretches.
final class FinishedStretches: Sendable {
    private struct Stretch: Hashable {
        var start: Double
        var end: Double
    }

    private struct Recording {
        /// SHA-256 in hexadecimal.
        var blob: String
        var transcripts: [Stretch: Transcript] = [:]
    }

    private let last = Mutex<Recording?>(nil)

    func transcript(of segment: SpeechSegment, in blob: String) -> Transcript? {
        last.withLock { last in
            last?.blob == blob ? last?.transcripts[Stretch(start: segment.start, end: segment.end)] : nil
        }
    }

    func keep(_ transcript: Transcript, of segment: SpeechSegment, in blob: String) {
        last.withLock { last in
            if last?.blob != blob { last = Recording(blob: blob) }
            last?.transcripts[Stretch(start: segment.start, end: segment.end)] = transcript
        }
    }

    func forget(_ blob: String) {
        last.withLock { last in
            if last?.blob == blob { last = nil }
        }
    }
}
