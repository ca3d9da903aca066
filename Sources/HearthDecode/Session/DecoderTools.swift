import CFFmpeg
import Foundation
import HearthCore
import HearthInference
package import HearthMedia

/// What this installation decodes with: found in the environment of the process.
package struct DecoderTools {
    /// Folder of installed models.
    package var models: String

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let folder = environment["HEARTH_MODELS"], !folder.isEmpty {
            models = folder
        } else {
            // Where `make models` puts them.
            models = (environment["HOME"] ?? "") + "/.local/share/hearth/models"
        }
    }

    /// The weights are read once per process.
    package var hearing: HearingTools {
        var model: VoiceActivityModel?
        return HearingTools(
            makeFinder: {
                let loaded = try model ?? voiceActivity()
                model = loaded
                return SpeechFinder(VoiceActivityDetector(model: loaded))
            },
            makeRecognizer: { try PocketSphinxRecognizer() })
    }

    /// - Throws: `capability-missing`, to be tried again: recordings wait for the model.
    private func voiceActivity() throws -> VoiceActivityModel {
        do {
            return try ModelLibrary(folder: URL(fileURLWithPath: models)).voiceActivity()
        } catch let error as HearthError {
            throw HearthError(
                .capabilityMissing, "The model that finds speech cannot be used. \(error.message)",
                hint: "`\(Self.modelRemedy)` in a clone of Hearth installs it.", disposition: .retry)
        }
    }

    private static let modelRemedy = "make models"

    package var capabilities: [Capability] {
        let ffmpeg = "FFmpeg \(String(cString: av_version_info()))"
        let languages = TextReader.installed
        return [
            Capability(name: "sound", provider: ffmpeg),
            probe("speech detection", "Silero VAD", Self.modelRemedy) { _ = try voiceActivity() },
            probe("speech to text", "PocketSphinx, English", PocketSphinxRecognizer.remedy) {
                _ = try PocketSphinxRecognizer()
            },
            Capability(
                name: "pictures",
                provider: ffmpeg + ": " + PictureFormat.allCases.map(\.rawValue).joined(separator: ", ")),
            Capability(
                name: "text in pictures",
                provider: languages.isEmpty ? nil : TextReader.version, choices: languages,
                problem: languages.isEmpty ? "No language is installed for Tesseract." : nil,
                remedy: languages.isEmpty ? "apt install tesseract-ocr-eng" : nil),
        ] + TextExtraction.capabilities
    }

    private func probe(_ name: String, _ provider: String, _ remedy: String, _ body: () throws -> Void) -> Capability {
        do {
            try body()
            return Capability(name: name, provider: provider)
        } catch {
            let problem = (error as? HearthError)?.message ?? "\(error)"
            return Capability(name: name, provider: nil, problem: problem, remedy: remedy)
        }
    }
}
