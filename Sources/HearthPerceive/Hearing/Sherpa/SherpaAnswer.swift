import HearthCore
import HearthMedia

/// What sherpa-onnx makes of one sound.
struct SherpaAnswer: Sendable, Equatable {
    /// Characters of the text; that of the stream.
    private static let longestText = 100_000
    /// Tokens of one sound: half a minute has a few hundred.
    private static let mostTokens = 20_000

    var text: String
    /// Seconds from the start of the sound; empty: there are no times.
    var words: [Transcript.Word]
    var language: String?

    init(_ value: JSONValue) throws(SherpaOutput.Unreadable) {
        guard let said = value["text"]?.string else { throw .init(reason: "a result has no text") }
        guard said.unicodeScalars.count <= Self.longestText else {
            throw .init(reason: "a text is longer than anybody speaks")
        }
        text = said.trimmed
        // SenseVoice writes `<|en|>`.
        language = (value["lang"]?.string?.filter { !"<|>".contains($0) }).flatMap { LanguageName.code(of: $0) }
        words = SherpaTokens.words(of: said, try Self.tokens(value)) ?? []
    }

    init(text: String, words: [Transcript.Word], language: String?) {
        self.text = text
        self.words = words
        self.language = language
    }

    /// Empty where they have no times.
    private static func tokens(_ value: JSONValue) throws(SherpaOutput.Unreadable) -> [SherpaTokens.Token] {
        let texts = try list(value, "tokens")
        let starts = try numbers(value, "timestamps")
        let durations = try numbers(value, "durations")
        let logarithms = try numbers(value, "ys_log_probs")
        guard texts.count <= mostTokens else { throw .init(reason: "a result has too many tokens") }
        guard starts.count == texts.count else { return [] }
        var tokens: [SherpaTokens.Token] = []
        for (index, token) in texts.enumerated() {
            guard let text = token.string else { throw .init(reason: "a token is no text") }
            tokens.append(
                SherpaTokens.Token(
                    text: text, start: starts[index],
                    duration: durations.count == texts.count ? durations[index] : nil,
                    logProbability: logarithms.count == texts.count ? logarithms[index] : nil))
        }
        return tokens
    }

    private static func list(_ value: JSONValue, _ key: String) throws(SherpaOutput.Unreadable) -> [JSONValue] {
        guard let member = value[key], !member.isNull else { return [] }
        guard let list = member.array else { throw .init(reason: "“\(key)” is no list") }
        return list
    }

    private static func numbers(_ value: JSONValue, _ key: String) throws(SherpaOutput.Unreadable) -> [Double] {
        var numbers: [Double] = []
        for member in try list(value, key) {
            guard let number = member.double, number.isFinite else { throw .init(reason: "“\(key)” holds no number") }
            numbers.append(number)
        }
        return numbers
    }

    /// With times of the recording that the stretch is part of.
    func transcript(of segment: SpeechSegment, engine: String, language asked: String?) -> Transcript {
        // Features are padded, so that the last token can lie behind the end.
        func placed(_ seconds: Double) -> Double {
            min(max(segment.start + seconds, segment.start), max(segment.start, segment.end))
        }
        return Transcript(
            words: words.map { word in
                Transcript.Word(
                    text: word.text, start: placed(word.start), end: placed(word.end), confidence: word.confidence)
            },
            timing: words.isEmpty ? .stretch : .words, text: text, language: language ?? asked, engine: engine)
    }

    /// Of pieces of one stretch, each with the second at which it begins.
    static func joined(_ pieces: [(start: Double, answer: SherpaAnswer)]) -> SherpaAnswer {
        let spoken = pieces.filter { !$0.answer.text.isEmpty }
        // Times for a part of the words would look like times for all.
        let areTimed = spoken.allSatisfy { !$0.answer.words.isEmpty }
        return SherpaAnswer(
            text: spoken.map(\.answer.text).joined(separator: " "),
            words: areTimed
                ? spoken.flatMap { piece in
                    piece.answer.words.map {
                        Transcript.Word(
                            text: $0.text, start: $0.start + piece.start, end: $0.end + piece.start,
                            confidence: $0.confidence)
                    }
                } : [],
            language: spoken.lazy.compactMap(\.answer.language).first)
    }
}
