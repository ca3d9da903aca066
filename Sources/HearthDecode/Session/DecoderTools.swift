import CFFmpeg
import Foundation
import HearthCore
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
        let models = models
        var weights: SileroWeights?
        return HearingTools(
            makeDetector: {
                let loaded = try weights ?? SileroWeights(folder: models)
                weights = loaded
                return SileroDetector(loaded)
            },
            makeRecognizer: { try PocketSphinxRecognizer() })
    }

    package var capabilities: [Capability] {
        let ffmpeg = "FFmpeg \(String(cString: av_version_info()))"
        let languages = TextReader.installed
        return [
            Capability(name: "sound", provider: ffmpeg),
            probe("speech detection", "Silero VAD", SileroWeights.remedy) { _ = try SileroWeights(folder: models) },
            probe("speech to text", "PocketSphinx, English", PocketSphinxRecognizer.remedy) {
                _ = try PocketSphinxRecognizer()
            },
            Capability(
                name: "pictures",
                provider: ffmpeg + ": " + PictureFormat.readTitles),
            Capability(
                name: "text in pictures",
                provider: languages.isEmpty
                    ? nil : TextReader.version + ": " + languages.joined(separator: ", "),
                remedy: languages.isEmpty ? "apt install tesseract-ocr-eng" : nil),
        ] + TextExtraction.capabilities
    }

    private func probe(_ name: String, _ provider: String, _ remedy: String, _ body: () throws -> Void) -> Capability {
        do {
            try body()
            return Capability(name: name, provider: provider)
        } catch {
            return Capability(name: name, provider: nil, remedy: remedy)
        }
    }
}
