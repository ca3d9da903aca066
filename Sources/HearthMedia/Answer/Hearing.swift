package import HearthCore

/// What a recording is.
package struct AudioFacts: Sendable, Hashable {
    /// FFmpeg's names, as in `matroska,webm` and `opus`.
    package var container: String
    package var codec: String
    /// Of the file, in Hz.
    package var sampleRate: Int
    package var channels: Int
    /// As the file says; it may be wrong.
    package var statedSeconds: Double?

    package init(container: String, codec: String, sampleRate: Int, channels: Int, statedSeconds: Double?) {
        self.container = container
        self.codec = codec
        self.sampleRate = sampleRate
        self.channels = channels
        self.statedSeconds = statedSeconds
    }
}

/// A stretch in which somebody speaks. Times are seconds from the start of the recording.
package struct SpeechSegment: Sendable, Hashable {
    package var start: Double
    package var end: Double
    /// Mean of the detector's probabilities, 0 to 1.
    package var probability: Double
    /// 16 kHz mono, 16-bit little-endian; empty unless asked for.
    package var samples: [UInt8]

    package init(start: Double, end: Double, probability: Double, samples: [UInt8] = []) {
        self.start = start
        self.end = end
        self.probability = probability
        self.samples = samples
    }
}

/// The end of a recording.
package struct AudioEnd: Sendable, Hashable {
    /// Of sound that could be decoded.
    package var seconds: Double
    /// Of speech.
    package var speechSeconds: Double
    /// Why the rest of the recording was not heard; nil: all of it was.
    package var incomplete: String?

    package init(seconds: Double, speechSeconds: Double, incomplete: String? = nil) {
        self.seconds = seconds
        self.speechSeconds = speechSeconds
        self.incomplete = incomplete
    }
}

/// What was said in one stretch of speech.
package struct Transcript: Sendable, Hashable {
    package struct Word: Sendable, Hashable {
        package var text: String
        /// Seconds from the start of the recording.
        package var start: Double
        package var end: Double
        /// 0 to 1; nil: the recogniser does not say.
        package var confidence: Double?

        package init(text: String, start: Double, end: Double, confidence: Double?) {
            self.text = text
            self.start = start
            self.end = end
            self.confidence = confidence
        }
    }

    /// What the times in `words` belong to.
    package enum Timing: String, Sendable, Hashable, CaseIterable {
        /// To single words.
        case words
        /// To what is said in one breath: an entry may hold several words.
        case segments
        /// There are none: all is known to be said within the stretch of speech.
        case stretch
    }

    package var words: [Word]
    package var timing: Timing
    /// As the recogniser writes it: words with punctuation where it knows any.
    package var text: String
    /// BCP 47, primary language; nil: the recogniser does not say.
    package var language: String?
    /// Which recogniser, with its model, as in `pocketsphinx/en-us`.
    package var engine: String

    package init(words: [Word], timing: Timing = .words, text: String, language: String?, engine: String) {
        self.words = words
        self.timing = timing
        self.text = text
        self.language = language
        self.engine = engine
    }
}

extension AudioFacts: WirePart {
    static var kind: String { "audio" }

    var members: [(String, JSONValue)] {
        [
            ("container", .string(container)), ("codec", .string(codec)), ("sample_rate", .integer(Int64(sampleRate))),
            ("channels", .integer(Int64(channels))), ("stated_seconds", WireValue.optional(statedSeconds)),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        self.init(
            container: try WireValue.string(value, "container"), codec: try WireValue.string(value, "codec"),
            sampleRate: try WireValue.integer(value, "sample_rate"),
            channels: try WireValue.integer(value, "channels"), statedSeconds: value["stated_seconds"]?.double)
    }
}

extension SpeechSegment: WirePart {
    static var kind: String { "speech" }

    var members: [(String, JSONValue)] {
        [("start", .real(start)), ("end", .real(end)), ("probability", .real(probability))]
    }

    var attachment: [UInt8] { samples }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        self.init(
            start: try WireValue.seconds(value, "start"), end: try WireValue.seconds(value, "end"),
            probability: try WireValue.share(value, "probability"), samples: attachment)
    }
}

extension AudioEnd: WirePart {
    static var kind: String { "audio_end" }

    var members: [(String, JSONValue)] {
        [
            ("seconds", .real(seconds)), ("speech_seconds", .real(speechSeconds)),
            ("incomplete", WireValue.optional(incomplete)),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        self.init(
            seconds: try WireValue.seconds(value, "seconds"),
            speechSeconds: try WireValue.seconds(value, "speech_seconds"), incomplete: value["incomplete"]?.string)
    }
}

extension Transcript: WirePart {
    static var kind: String { "transcript" }

    var members: [(String, JSONValue)] {
        [
            ("text", .string(text)), ("language", WireValue.optional(language)), ("engine", .string(engine)),
            ("timing", .string(timing.rawValue)), ("words", .array(words.map { WireValue.object($0.members) })),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        var words: [Word] = []
        for word in try WireValue.array(value, "words") { words.append(try Word(word)) }
        guard let timing = Timing(rawValue: try WireValue.string(value, "timing")) else {
            throw .wire("an unknown timing of words")
        }
        self.init(
            words: words, timing: timing, text: try WireValue.string(value, "text"),
            language: value["language"]?.string,
            engine: try WireValue.string(value, "engine"))
    }
}

extension Transcript.Word {
    package var members: [(String, JSONValue)] {
        [
            ("text", .string(text)), ("start", .real(start)), ("end", .real(end)),
            ("confidence", WireValue.optional(confidence)),
        ]
    }

    init(_ value: JSONValue) throws(HearthError) {
        let isSure = value["confidence"].map { !$0.isNull } ?? false
        self.init(
            text: try WireValue.string(value, "text"), start: try WireValue.seconds(value, "start"),
            end: try WireValue.seconds(value, "end"),
            confidence: try isSure ? WireValue.share(value, "confidence") : nil)
    }
}
