/// Cuts a recording into stretches of speech, from one probability per step: with hysteresis, so that a weak syllable
/// does not end a sentence, and with padding, so that its first and last sounds are not lost.
struct SpeechCutter {
    /// In seconds unless said otherwise.
    struct Limits: Sendable {
        /// Probability at which speech begins, and below which it may end.
        var begins = 0.5
        var ends = 0.35
        /// Silence that ends a stretch.
        var silence = 0.5
        /// Shorter speech is a click or a cough.
        var shortest = 0.25
        /// Longer speech is cut at its weakest place.
        var longest = 20.0
        /// Sound kept before and behind.
        var padding = 0.2
    }

    private struct Open {
        /// Of the first step of speech, in samples.
        var start: Int
        /// Of the first step after the last speech.
        var lastSpeech: Int
        var probabilities: [Double] = []
    }

    private let limits: Limits
    private let step: Int
    private let rate: Double
    /// The newest sound: all of an open stretch, else only what padding may need.
    private var sound: [Float] = []
    /// Of the first sample in `sound`.
    private var soundStart = 0
    private var open: Open?
    /// No stretch may begin before this: the end of the one before.
    private var taken = 0

    init(step: Int, rate: Int, limits: Limits = Limits()) {
        self.step = step
        self.rate = Double(rate)
        self.limits = limits
    }

    /// Takes one step of sound; returns the stretch that it ended.
    mutating func take(_ samples: some Collection<Float>, probability: Double) -> DetectedSpeech? {
        let start = soundStart + sound.count
        sound.append(contentsOf: samples)
        guard var now = open else {
            if probability >= limits.begins {
                open = Open(start: start, lastSpeech: start + step, probabilities: [probability])
            }
            forget()
            return nil
        }
        now.probabilities.append(probability)
        if probability >= limits.ends { now.lastSpeech = start + step }
        open = now
        if Double(start + step - now.lastSpeech) >= limits.silence * rate { return end(at: now.lastSpeech) }
        if Double(start + step - now.start) >= limits.longest * rate { return cut(now) }
        return nil
    }

    /// The stretch that the end of the recording ends.
    mutating func finish() -> DetectedSpeech? {
        guard let now = open else { return nil }
        return end(at: now.lastSpeech)
    }

    /// Ends the open stretch at its weakest place in the second half, and begins the next there.
    private mutating func cut(_ now: Open) -> DetectedSpeech? {
        let half = now.probabilities.count / 2
        let weakest = now.probabilities.indices[half...].min { now.probabilities[$0] < now.probabilities[$1] } ?? half
        let place = now.start + weakest * step
        let rest = Array(now.probabilities[weakest...])
        open?.probabilities = Array(now.probabilities[..<weakest])
        let found = speech(from: now.start, to: place, isCut: true)
        open = Open(start: place, lastSpeech: max(now.lastSpeech, place), probabilities: rest)
        forget()
        return found
    }

    private mutating func end(at last: Int) -> DetectedSpeech? {
        guard let now = open else { return nil }
        let found =
            Double(last - now.start) >= limits.shortest * rate ? speech(from: now.start, to: last, isCut: false) : nil
        open = nil
        forget()
        return found
    }

    private mutating func speech(from start: Int, to end: Int, isCut: Bool) -> DetectedSpeech {
        let padding = Int(limits.padding * rate)
        let first = max(start - padding, taken, soundStart)
        let last = isCut ? end : min(end + padding, soundStart + sound.count)
        let steps = open?.probabilities.prefix(max(1, (end - start) / step)) ?? []
        taken = last
        return DetectedSpeech(
            start: first, samples: Array(sound[first - soundStart..<last - soundStart]),
            probability: steps.isEmpty ? 0 : steps.reduce(0, +) / Double(steps.count))
    }

    /// Keeps the sound that a stretch, open or coming, may need.
    private mutating func forget() {
        let needed = (open?.start ?? soundStart + sound.count) - Int(limits.padding * rate)
        guard needed - soundStart > Int(rate) else { return }
        sound.removeFirst(needed - soundStart)
        soundStart = needed
    }
}
