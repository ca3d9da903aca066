import Foundation
import HearthTesting

@testable import HearthInference

/// The models of this machine, where `scripts/models` puts them. Tests that need one are skipped where it is not installed.
enum InstalledModels {
    static let library = ModelLibrary(
        folder: {
            let environment = ProcessInfo.processInfo.environment
            if let folder = environment["HEARTH_MODELS"], !folder.isEmpty {
                return URL(filePath: folder, directoryHint: .isDirectory)
            }
            return URL(filePath: environment["HOME"] ?? "/root", directoryHint: .isDirectory)
                .appending(path: ".local/share/hearth/models", directoryHint: .isDirectory)
        }())

    static let embedding = library.folder.appending(
        path: ModelLibrary.defaultEmbeddingModel, directoryHint: .isDirectory)

    static var hasEmbedding: Bool { exists(embedding.appending(path: "model.safetensors")) }
    static var hasVoiceActivity: Bool { exists(library.folder.appending(path: ModelLibrary.voiceActivityFile)) }

    private static func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
}
