import HearthCore
import HearthInference
import HearthMedia
import HearthModelServers
import HearthPerceive
import Logging

/// What Hearth hears, sees and searches with: the decoder, its libraries and models, the embedding model, and a
/// what writes down speech in place of the decoder where that is set. Each is tried. Hearth runs without any of them, so nothing here is a failure.
struct ModelCheckup {
    let settings: Settings

    private static let decoderSubject = "decoder"
    private static let speechSubject = "speech to text"
    private static let searchSubject = "search by meaning"
    private static let textSubject = "text in pictures"

    func findings() async -> [Finding] {
        let decoder = DecoderClient(
            settings.decoderConfiguration, logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() })
        var findings: [Finding] = []
        do {
            // What is set takes the place of the decoder's recogniser.
            findings = try await decoder.capabilities()
                .filter { $0.name != Self.speechSubject || !isWrittenElsewhere }.flatMap { self.findings(of: $0) }
        } catch {
            findings = [Self.warning(Self.decoderSubject, error, "Recordings, pictures and files wait unread.")]
        }
        if isWrittenElsewhere { findings.append(await transcription(decoder)) }
        await decoder.shutDown()
        return findings + [await embedding()]
    }

    private var isWrittenElsewhere: Bool { settings.sttURL != nil || settings.sttFolder != nil }

    private func findings(of capability: Capability) -> [Finding] {
        guard let provider = capability.provider else {
            return [
                .warn(
                    capability.name, capability.problem ?? "It is not installed.",
                    fix: capability.remedy ?? "install Hearth again")
            ]
        }
        let choices = capability.choices.isEmpty ? "" : ": " + capability.choices.joined(separator: ", ")
        let finding = Finding.ok(capability.name, provider + choices)
        guard capability.name == Self.textSubject else { return [finding] }
        let missing = settings.ocrLanguages.filter { !capability.choices.contains($0) }
        guard !missing.isEmpty else { return [finding] }
        // Tesseract's names and Debian's packages differ in one character.
        let packages = missing.map { "tesseract-ocr-" + $0.replacing("_", with: "-") }
        return [
            finding,
            .warn(
                capability.name, "not read, although HEARTH_OCR_LANGUAGES names it: \(missing.joined(separator: ", "))",
                fix: "apt install \(packages.joined(separator: " "))"),
        ]
    }

    /// Has a made-up sentence written down, on the way that recordings go.
    private func transcription(_ decoder: DecoderClient) async -> Finding {
        do {
            guard let transcriber = try settings.transcriber else {
                return .ok(Self.speechSubject, "nothing is set")
            }
            let name = try await name(of: transcriber)
            let sound = try await Self.sentence(decoder)
            let start = ContinuousClock.now
            let result: Result<[Transcript], any Error>
            do { result = .success(try await transcriber.transcribe([sound], language: "en")) } catch {
                result = .failure(error)
            }
            try await transcriber.shutdown()
            let timing =
                switch try result.get().first?.timing {
                case .words: "with a time for each word"
                case .segments: "with times for segments only"
                case .stretch, nil: "without times"
                }
            let seconds = Quantity.fixed(start.duration(to: .now).inSeconds, digits: 2)
            return .ok(Self.speechSubject, "\(name) answers in \(seconds) s, \(timing)")
        } catch {
            return Self.warning(Self.speechSubject, error, "Recordings wait until it works.")
        }
    }

    private func name(of transcriber: any RemoteTranscriber) async throws -> String {
        if let sherpa = transcriber as? SherpaTranscriber {
            let model = try await sherpa.modelKind()
            return "sherpa-onnx with \(model.name) (\(model.kind))"
        }
        return try settings.transcriptionEndpoint.map { "\($0.model) at \($0.url)" } ?? "it"
    }

    /// A sentence that nobody said.
    private static func sentence(_ decoder: DecoderClient) async throws -> SpeechSegment {
        for case .file(let file) in try await decoder.answer(.speak("The meeting begins at nine."), .none) {
            // Behind the header of the WAV file.
            let samples = Array(file.bytes.dropFirst(44))
            return SpeechSegment(start: 0, end: Double(samples.count) / 32_000, probability: 1, samples: samples)
        }
        throw HearthError(.internalError, "The voice said nothing.", disposition: .defect)
    }

    private func embedding() async -> Finding {
        do {
            let embedder = try settings.embedder
            let vectors: Result<[[Float]], any Error>
            do { vectors = .success(try await embedder.embed(["hearth"])) } catch { vectors = .failure(error) }
            await embedder.close()
            _ = try vectors.get()
            return .ok(Self.searchSubject, "\(embedder.name), \(embedder.dimension) dimensions")
        } catch {
            return Self.warning(Self.searchSubject, error, "Search ranks by words alone.")
        }
    }

    private static func warning(_ subject: String, _ error: any Error, _ consequence: String) -> Finding {
        let failure = error as? HearthError ?? HearthError(.internalError, "\(error).", disposition: .defect)
        return .warn(
            subject, "\(failure.message) \(consequence)",
            fix: failure.hint ?? "set what is missing, or leave it; everything else works")
    }
}
