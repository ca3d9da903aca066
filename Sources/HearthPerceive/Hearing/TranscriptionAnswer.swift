import HearthCore
import HearthMedia

/// What a transcription server answers: OpenAI's `verbose_json`, and what other servers make of it. Some put the words into
/// the segments, some give segments only, some only a text.
struct TranscriptionAnswer {
    /// Why a body is no transcript; goes on after a colon.
    struct Unreadable: Error {
        var reason: String
    }

    /// Bytes of an answer: half a minute of speech has a few hundred words.
    static let longestBody = 4 << 20
    /// Characters of the text; that of the stream.
    private static let longestText = 100_000
    private static let mostWords = 20_000
    /// Characters of a word, or of a segment; that of the stream.
    private static let longestEntry = 1000

    var text: String
    var timing: Transcript.Timing
    /// Seconds from the start of what was sent.
    var words: [Transcript.Word]
    /// As the server writes it: `english` or `en`.
    var language: String?

    init(_ body: [UInt8]) throws(Unreadable) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw Unreadable(reason: "it is not JSON (\(error))")
        }
        guard value.object != nil else { throw Unreadable(reason: "it is not an object") }
        guard let text = value["text"]?.string else { throw Unreadable(reason: "it has no text") }
        guard text.unicodeScalars.count <= Self.longestText else {
            throw Unreadable(reason: "its text is longer than anybody speaks")
        }
        language = value["language"]?.string
        let all = try Self.list(value, "segments")
        let segments = all.filter { !Self.isSilence($0) }
        self.text =
            segments.count == all.count
            ? text.trimmed : segments.compactMap { $0["text"]?.string?.trimmed }.joined(separator: " ")
        var words = try Self.entries(try Self.list(value, "words"), text: "word")
        if segments.count < all.count {
            let silences = all.filter(Self.isSilence).compactMap { segment -> ClosedRange<Double>? in
                guard let start = segment["start"]?.double, let end = segment["end"]?.double, start <= end else {
                    return nil
                }
                return start...end
            }
            words.removeAll { word in silences.contains { $0.contains((word.start + word.end) / 2) } }
        }
        if words.isEmpty {
            for segment in segments { words += try Self.entries(try Self.list(segment, "words"), text: "word") }
        }
        timing = .words
        if words.isEmpty {
            words = try Self.entries(segments, text: "text")
            timing = words.isEmpty ? .stretch : .segments
        }
        self.words = words
        guard words.count <= Self.mostWords else { throw Unreadable(reason: "it has too many words") }
    }

    /// Probability that nobody speaks, above which a segment is silence unless the model is sure of its words, and above
    /// which it is silence whatever it is sure of: Whisper's own bounds (`no_speech_threshold`, `logprob_threshold`), and one
    /// for the phrases that it likes to hear in noise.
    private static let noSpeech = 0.6
    private static let certainlyNoSpeech = 0.9
    private static let sureOfWords = -1.0

    private static func isSilence(_ segment: JSONValue) -> Bool {
        guard let probability = segment["no_speech_prob"]?.double, probability > noSpeech else { return false }
        return probability > certainlyNoSpeech || (segment["avg_logprob"]?.double ?? -.infinity) < sureOfWords
    }

    /// Its times are those of the recording that the stretch is part of.
    func transcript(of segment: SpeechSegment, engine: String, language asked: String?) -> Transcript {
        // Servers round, and some count the silence that they add: nothing is said outside of the stretch.
        let stretch = segment.start...max(segment.start, segment.end)
        func placed(_ seconds: Double) -> Double {
            min(max(segment.start + seconds, stretch.lowerBound), stretch.upperBound)
        }
        return Transcript(
            words: words.map { word in
                Transcript.Word(
                    text: word.text, start: placed(word.start), end: max(placed(word.start), placed(word.end)),
                    confidence: word.confidence)
            },
            timing: timing, text: text, language: language.flatMap { LanguageName.code(of: $0) } ?? asked,
            engine: engine)
    }

    /// A member that may be missing or null.
    private static func list(_ value: JSONValue, _ key: String) throws(Unreadable) -> [JSONValue] {
        guard let member = value[key], !member.isNull else { return [] }
        guard let list = member.array else { throw Unreadable(reason: "“\(key)” is no list") }
        return list
    }

    /// Words or segments; those without a letter are left out.
    private static func entries(_ list: [JSONValue], text key: String) throws(Unreadable) -> [Transcript.Word] {
        var found: [Transcript.Word] = []
        for entry in list {
            guard let text = entry[key]?.string, text.unicodeScalars.count <= longestEntry,
                let start = entry["start"]?.double, let end = entry["end"]?.double, start.isFinite, end.isFinite
            else { throw Unreadable(reason: "a \(key == "text" ? "segment" : "word") lacks its text or its times") }
            let said = text.trimmed
            if said.isEmpty { continue }
            found.append(
                Transcript.Word(
                    text: said, start: start, end: end,
                    confidence: entry["probability"]?.double.flatMap { (0...1).contains($0) ? $0 : nil }))
        }
        return found
    }
}
