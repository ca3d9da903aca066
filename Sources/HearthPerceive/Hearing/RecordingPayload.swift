import HearthCore
import HearthMedia
import HearthPipeline
import HearthStore
import OrderedCollections

/// What readings about a part of a recording have in common.
struct RecordingPayload {
    private var members: OrderedDictionary<String, JSONValue>
    private let start: Double

    init(_ file: MediaFile, start: Double, end: Double, incomplete: String?) {
        members = [
            "source_blob": .string(file.blob), "start_seconds": .real(start), "end_seconds": .real(max(start, end)),
        ]
        self.start = start
        if let id = file.string("file_id") { members["file_id"] = .string(id) }
        if let index = file.integer("chunk_index") { members["chunk_index"] = .integer(index) }
        if let incomplete { members["incomplete"] = .string(String(incomplete.prefix(2000))) }
    }

    mutating func add(_ key: String, _ value: JSONValue) { members[key] = value }

    /// Its time is when it was said: that of the recording and the seconds into it.
    func reading(_ stream: String, _ file: MediaFile, ordinal: Int) -> DerivedReading {
        let time = Timestamp(microseconds: file.head.timestamp.microseconds + Int64((start * 1_000_000).rounded()))
        return DerivedReading(
            stream: stream, timestamp: time, payload: .object(members), sourceRow: file.row, ordinal: ordinal)
    }
}

extension HearOptions {
    init(_ file: MediaFile, transcribes: Bool, includesSamples: Bool = false) {
        self.init(
            format: file.string("format"), sampleRate: file.integer("sample_rate").map { Int($0) },
            channels: file.integer("channels").map { Int($0) }, transcribes: transcribes,
            includesSamples: includesSamples)
    }
}
