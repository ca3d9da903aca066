import HearthCore

/// Something of an audio socket that has to be stored, or answered in its turn.
enum AudioJob: Sendable {
    /// A file that came whole in one message, `data` in base64.
    case file(JSONDocument, sequence: Int64, number: Int64)
    case chunk(AudioChunker.Chunk, SampleFormat, recording: UniqueID)
    /// A recording begins.
    case begun(SampleFormat, recording: UniqueID, sequence: Int64)
    case refused(HearthError, sequence: Int64?, number: Int64)

    /// What it holds in memory.
    var byteCount: Int {
        switch self {
        case .file(let document, _, _): document.byteCount
        case .chunk(let chunk, _, _): chunk.samples.count
        case .begun, .refused: 0
        }
    }
}
