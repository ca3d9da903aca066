package import HearthCore

/// What the decoder is asked to do with one file.
package enum DecoderRequest: Sendable, Hashable {
    /// Find speech in a recording and write it down: `audio`, then `speech` and `transcript` for each stretch.
    case hear(HearOptions)
    /// Look at a picture: `picture`, then `text`.
    case see(SeeOptions)
    /// Turn a file into documents: one `document` each.
    case extract(ExtractOptions)
    /// Say a text: one `file`, a WAV recording. Takes no file.
    case speak(String)
    /// Paint lines of text as a phone would show them: one `file`, a PNG picture. Takes no file.
    case paint([String])
    /// Tell what is installed: one `capabilities`. Takes no file.
    case capabilities

    /// Wall-clock time after which it is given up.
    package var timeLimit: Duration {
        switch self {
        case .hear: .seconds(4 * 3600)
        case .see: .seconds(60)
        case .extract: .seconds(120)
        case .speak, .paint, .capabilities: .seconds(60)
        }
    }

    /// Whether it may take hours.
    package var isLong: Bool {
        if case .hear = self { true } else { false }
    }

    /// Processor time after which the decoder ends itself, in seconds. Above the wall clock's for what uses threads.
    package var processorSeconds: Int { Int(timeLimit.components.seconds) * 2 }

    package var name: String {
        switch self {
        case .hear: "hear"
        case .see: "see"
        case .extract: "extract"
        case .speak: "speak"
        case .paint: "paint"
        case .capabilities: "capabilities"
        }
    }
}

package struct HearOptions: Sendable, Hashable {
    /// Container as the sender named it (`wav`, `webm`, …); a contradiction is no error, the content decides.
    package var format: String?
    /// Samples of files without a header (`pcm`): rate in Hz and number of channels of 16-bit little-endian samples.
    package var sampleRate: Int?
    package var channels: Int?
    /// BCP 47, primary language; nil: the model's own.
    package var language: String?
    /// Whether the decoder writes down what it hears.
    package var transcribes: Bool
    /// Whether `speech` events carry their samples, for a recogniser elsewhere.
    package var includesSamples: Bool

    package init(
        format: String? = nil, sampleRate: Int? = nil, channels: Int? = nil, language: String? = nil,
        transcribes: Bool = true, includesSamples: Bool = false
    ) {
        self.format = format
        self.sampleRate = sampleRate
        self.channels = channels
        self.language = language
        self.transcribes = transcribes
        self.includesSamples = includesSamples
    }
}

package struct SeeOptions: Sendable, Hashable {
    /// Tesseract's names of languages, as in `eng`; those not installed are left out and the answer says so.
    package var languages: [String]
    /// Whether text is looked for.
    package var readsText: Bool

    package init(languages: [String] = ["eng"], readsText: Bool = true) {
        self.languages = languages
        self.readsText = readsText
    }
}

package struct ExtractOptions: Sendable, Hashable {
    /// As the sender named it; nil: the content decides.
    package var mediaType: String?
    /// Of the file, for its extension and as a title of last resort.
    package var name: String?

    package init(mediaType: String? = nil, name: String? = nil) {
        self.mediaType = mediaType
        self.name = name
    }
}

extension DecoderRequest {
    package var wireForm: JSONValue {
        var members: [(String, JSONValue)] = [("kind", .string(name))]
        switch self {
        case .hear(let options):
            members += [
                ("format", WireValue.optional(options.format)), ("language", WireValue.optional(options.language)),
                ("sample_rate", options.sampleRate.map { .integer(Int64($0)) } ?? .null),
                ("channels", options.channels.map { .integer(Int64($0)) } ?? .null),
                ("transcribes", .bool(options.transcribes)), ("includes_samples", .bool(options.includesSamples)),
            ]
        case .see(let options):
            members += [
                ("languages", .array(options.languages.map { .string($0) })), ("reads_text", .bool(options.readsText)),
            ]
        case .extract(let options):
            members += [
                ("media_type", WireValue.optional(options.mediaType)), ("name", WireValue.optional(options.name)),
            ]
        case .speak(let text): members.append(("text", .string(text)))
        case .paint(let lines): members.append(("lines", .array(lines.map { .string($0) })))
        case .capabilities: break
        }
        return WireValue.object(members)
    }

    package init(wire value: JSONValue) throws(HearthError) {
        switch try WireValue.string(value, "kind") {
        case "hear":
            self = .hear(
                HearOptions(
                    format: value["format"]?.string, sampleRate: value["sample_rate"]?.int64.map { Int($0) },
                    channels: value["channels"]?.int64.map { Int($0) }, language: value["language"]?.string,
                    transcribes: try WireValue.bool(value, "transcribes"),
                    includesSamples: try WireValue.bool(value, "includes_samples")))
        case "see":
            self = .see(
                SeeOptions(
                    languages: try WireValue.strings(value, "languages"),
                    readsText: try WireValue.bool(value, "reads_text")))
        case "extract":
            self = .extract(ExtractOptions(mediaType: value["media_type"]?.string, name: value["name"]?.string))
        case "speak": self = .speak(try WireValue.string(value, "text"))
        case "paint": self = .paint(try WireValue.strings(value, "lines"))
        case "capabilities": self = .capabilities
        case let other: throw .wire("a request of kind \(other)")
        }
    }
}
