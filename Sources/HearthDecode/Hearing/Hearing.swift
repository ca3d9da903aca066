import HearthCore
import HearthMedia

/// Hears recordings: where somebody speaks, and what is said. Sound is decoded, searched and written down block by block.
final class Hearing {
    private let tools: HearingTools
    private var recognizer: (any SpeechRecognizer)?

    init(_ tools: HearingTools) { self.tools = tools }

    func hear(_ file: InputBytes, _ options: HearOptions, _ emit: (DecoderEvent) throws -> Void) throws {
        // What is wrong with the file is said before what is wrong with this installation.
        let reader = try AudioReader(file, options)
        var finder = try tools.makeFinder()
        try emit(.audio(reader.facts))
        var spoken = 0
        var doubts: [String] = []
        func handle(_ found: [DetectedSpeech]) throws {
            for speech in found {
                spoken += speech.samples.count
                try self.emit(speech, options, &doubts, emit)
            }
        }
        while let block = try reader.next() { try handle(finder.take(block)) }
        try handle(finder.finish())
        if let fault = try reader.verdict() { doubts.insert(fault, at: 0) }
        try emit(
            .audioEnd(
                AudioEnd(
                    seconds: reader.seconds, speechSeconds: Double(spoken) / Double(AudioReader.sampleRate),
                    incomplete: doubts.isEmpty ? nil : doubts.joined(separator: " "))))
    }

    private func emit(
        _ speech: DetectedSpeech, _ options: HearOptions, _ doubts: inout [String],
        _ emit: (DecoderEvent) throws -> Void
    ) throws {
        let rate = Double(AudioReader.sampleRate)
        let start = Double(speech.start) / rate
        try emit(
            .speech(
                SpeechSegment(
                    start: start, end: start + Double(speech.samples.count) / rate, probability: speech.probability,
                    samples: options.includesSamples ? PCM.bytes(speech.samples) : [])))
        guard options.transcribes else { return }
        let recognizer = try loaded()
        if let language = options.language, let known = recognizer.languages, !known.contains(language) {
            let doubt = "It was not written down: \(recognizer.name) does not know the language \(language)."
            if !doubts.contains(doubt) { doubts.append(doubt) }
            return
        }
        var transcript = try recognizer.transcribe(speech.samples, language: options.language)
        for index in transcript.words.indices {
            transcript.words[index].start += start
            transcript.words[index].end += start
        }
        try emit(.transcript(transcript))
    }

    private func loaded() throws -> any SpeechRecognizer {
        if let recognizer { return recognizer }
        let made = try tools.makeRecognizer()
        recognizer = made
        return made
    }
}

/// What hearing is done with: chosen where the decoder is put together.
package struct HearingTools {
    /// Throws `capability-missing` when its model is not installed.
    package var makeFinder: () throws -> SpeechFinder
    package var makeRecognizer: () throws -> any SpeechRecognizer

    package init(
        makeFinder: @escaping () throws -> SpeechFinder,
        makeRecognizer: @escaping () throws -> any SpeechRecognizer
    ) {
        self.makeFinder = makeFinder
        self.makeRecognizer = makeRecognizer
    }
}

/// Samples as 16-bit integers, little-endian.
package enum PCM {
    package static func integers(_ samples: [Float]) -> [Int16] {
        samples.map { Int16(max(-32768, min(32767, ($0 * 32768).rounded()))) }
    }

    package static func bytes(_ samples: [Float]) -> [UInt8] {
        integers(samples).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }
}
