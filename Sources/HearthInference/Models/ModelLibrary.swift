package import Foundation
import HearthCore

/// The folder that models are installed in, one folder or file each. Nothing in it is needed to run Hearth: what a missing
/// model would do is not done, and said.
package struct ModelLibrary: Sendable {
    package static let defaultEmbeddingModel = "all-minilm-l6-v2"
    /// The file of the voice activity detector.
    package static let voiceActivityFile = "silero_vad_16k.safetensors"

    package let folder: URL

    package init(folder: URL) { self.folder = folder }

    /// Loads an embedding model by the name of its folder. Fails with `model-unavailable` when it is not installed.
    /// Takes some 100 ms; not for the cooperative pool.
    package func embedder(
        model: String = defaultEmbeddingModel, precision: ModelPrecision = .int8,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws -> BERTEmbedder {
        guard !model.isEmpty, !model.hasPrefix("."), !model.contains("/") else {
            throw HearthError(
                .invalidValue, "'\(model)' is no name of a model.",
                hint: "Give the name of a folder in \(folder.path), such as \(Self.defaultEmbeddingModel).")
        }
        let place = folder.appending(path: model, directoryHint: .isDirectory)
        guard FileManager.default.fileExists(atPath: place.appending(path: "config.json").path) else {
            throw Self.unavailable("The embedding model \(model)", place)
        }
        return try BERTEmbedder(folder: place, precision: precision, threads: threads)
    }

    /// Loads the voice activity detector's weights. Fails with `model-unavailable` when they are not installed.
    package func voiceActivity() throws -> VoiceActivityModel {
        let file = folder.appending(path: Self.voiceActivityFile)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw Self.unavailable("The voice activity detector", file)
        }
        return try VoiceActivityModel(file: file)
    }

    static func unavailable(_ what: String, _ place: URL) -> HearthError {
        HearthError(
            .modelUnavailable, "\(what) is not installed: there is nothing at \(place.path).",
            hint: "`make models` in a clone of Hearth installs it; docs/guides/models.md says how to do it by hand.")
    }
}
