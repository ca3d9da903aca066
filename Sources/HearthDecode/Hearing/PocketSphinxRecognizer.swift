import CPocketSphinx
import HearthCore
import HearthMedia

/// The recogniser that every Debian has: PocketSphinx with its English model. It always finds words, so that what it is
/// not sure of is left out: each word has a posterior probability over the lattice of hypotheses, and a stretch whose
/// words are mostly doubtful is noise, and one whose words do not fit the sound is another language.
final class PocketSphinxRecognizer: SpeechRecognizer {
    static let model = "/usr/share/pocketsphinx/model/en-us"
    static let remedy = "apt install pocketsphinx-en-us"
    /// Frames of the acoustic model per second.
    private static let framesPerSecond = 100.0

    private let decoder: OpaquePointer
    private let thresholds: WordThresholds

    /// Takes about 0.4 s.
    ///
    /// - Throws: `capability-missing`.
    init(thresholds: WordThresholds = WordThresholds()) throws {
        guard
            let decoder = hearth_recognizer(
                Self.model + "/en-us", Self.model + "/en-us.lm.bin", Self.model + "/cmudict-en-us.dict")
        else {
            throw HearthError(
                .capabilityMissing, "The speech model of PocketSphinx is not installed.", hint: Self.remedy,
                disposition: .retry)
        }
        self.decoder = decoder
        self.thresholds = thresholds
    }

    deinit { ps_free(decoder) }

    var name: String { "pocketsphinx/en-us" }
    var languages: [String]? { ["en"] }

    func transcribe(_ samples: [Float], language: String?) throws -> Transcript {
        let integers = PCM.integers(samples)
        // Forgets the noise of what was heard before: the same sound gives the same words, whatever came first.
        ps_start_stream(decoder)
        ps_start_utt(decoder)
        // The whole stretch at once: the loudness of all of it is known before the first word is looked for.
        let frames = integers.withUnsafeBufferPointer { ps_process_raw(decoder, $0.baseAddress, $0.count, 0, 1) }
        ps_end_utt(decoder)
        guard frames >= 0 else {
            throw HearthError(.internalError, "PocketSphinx could not take the sound.", disposition: .defect)
        }
        var score: Int32 = 0
        // The path's score; its words come from `found`, with their times.
        _ = ps_get_hyp(decoder, &score)
        let words = thresholds.kept(found(), fit: Double(score) / Double(max(1, frames)))
        return Transcript(
            words: words, text: words.map(\.text).joined(separator: " "), language: "en", engine: name)
    }

    private func found() -> [Transcript.Word] {
        var words: [Transcript.Word] = []
        var segment = ps_seg_iter(decoder)
        while let current = segment {
            var first: Int32 = 0
            var last: Int32 = 0
            ps_seg_frames(current, &first, &last)
            let posterior = ps_seg_prob(current, nil, nil, nil)
            let confidence = min(1, max(0, Double(logmath_exp(ps_get_logmath(decoder), posterior))))
            if let text = Self.word(String(cString: ps_seg_word(current))) {
                words.append(
                    Transcript.Word(
                        text: text, start: Double(first) / Self.framesPerSecond,
                        end: Double(last + 1) / Self.framesPerSecond, confidence: confidence))
            }
            segment = ps_seg_next(current)
        }
        return words
    }

    /// Without the number of the pronunciation, as in `a(2)`; nil for silence, breath and noise.
    static func word(_ text: String) -> String? {
        guard let first = text.first, first != "<", first != "[", first != "+" else { return nil }
        guard text.hasSuffix(")"), let open = text.lastIndex(of: "(") else { return text }
        return String(text[..<open])
    }
}

/// What counts as understood. Chosen on one half of the prompts and noises that the tests measure on the other half.
struct WordThresholds {
    /// Score of the best path per frame below which the words do not fit the sound: mostly because another language is
    /// spoken, in which the words are sure of each other and not of what was said. PocketSphinx scores each frame against the
    /// sounds that fit it best, so that loudness and microphone hardly matter. Chosen on every second prompt of Debian's
    /// English ones and a part of the Spanish, French, Italian and Russian ones (`asterisk-core-sounds-*`), some by the
    /// same speaker: no English prompt is below it, nine tenths of the other words are.
    var fit = -55.0
    /// A stretch whose words are less sure than this on average (weighted by their length) is not speech that was
    /// understood.
    var stretch = 0.2
    /// A single word below this is left out.
    var word = 0.1

    func kept(_ words: [Transcript.Word], fit: Double) -> [Transcript.Word] {
        guard fit >= self.fit else { return [] }
        let length = words.reduce(0) { $0 + $1.end - $1.start }
        guard length > 0 else { return [] }
        let mean = words.reduce(0) { $0 + ($1.confidence ?? 1) * ($1.end - $1.start) } / length
        return mean < stretch ? [] : words.filter { ($0.confidence ?? 1) >= word }
    }
}
