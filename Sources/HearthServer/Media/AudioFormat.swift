/// The formats of recordings that Hearth takes. The raw value is what the stream `audio` stores.
enum AudioFormat: String, CaseIterable {
    case wav, webm, opus, ogg, mp3, flac, m4a, pcm

    /// What a person or a media type calls it.
    init?(named name: String) {
        switch name.lowercased() {
        case "wav", "wave", "audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave": self = .wav
        case "webm", "audio/webm", "video/webm": self = .webm
        case "opus", "audio/opus": self = .opus
        case "ogg", "oga", "audio/ogg", "application/ogg": self = .ogg
        case "mp3", "audio/mpeg", "audio/mp3": self = .mp3
        case "flac", "audio/flac", "audio/x-flac": self = .flac
        case "m4a", "mp4", "audio/mp4", "audio/m4a", "audio/x-m4a": self = .m4a
        case "pcm", "audio/pcm", "audio/l16": self = .pcm
        default: return nil
        }
    }

    var mediaType: String {
        switch self {
        case .wav: "audio/wav"
        case .webm: "audio/webm"
        case .opus, .ogg: "audio/ogg"
        case .mp3: "audio/mpeg"
        case .flac: "audio/flac"
        case .m4a: "audio/mp4"
        case .pcm: "application/octet-stream"
        }
    }

    /// Whether a file that shows itself as `found` may be stored under this name. Opus mostly comes in Ogg, and browsers
    /// also put it into WebM; samples without a header look like anything.
    func accepts(_ found: AudioFormat?) -> Bool {
        switch self {
        case .pcm: true
        case .opus: found == .opus || found == .ogg || found == .webm
        case .ogg: found == .opus || found == .ogg
        default: found == self
        }
    }
}

/// What a recording's headers say of it.
struct AudioHeader: Equatable {
    /// Nil when the bytes are none of the formats that show themselves.
    var format: AudioFormat?
    /// Hz
    var sampleRate: Int?
    var channels: Int?
    /// As the header of a compressed format says it.
    var durationSeconds: Double?
    /// Of a WAV file; its length follows from what comes.
    var samples: SampleLayout?

    /// In a file of this many bytes.
    func seconds(in fileBytes: Int) -> Double? { samples?.seconds(in: fileBytes) ?? durationSeconds }
}
