import Foundation
package import HearthCore
import HearthMedia

/// What is set for writing down speech with sherpa-onnx.
package struct SherpaConfiguration: Sendable, Hashable {
    package static let program = "sherpa-onnx-offline"

    /// Folder of the model.
    package var folder: String
    /// Folders that the program is looked for in, the first one first.
    package var programFolders: [String]
    /// Folder that the hint to install the program names: the one that is looked for in besides those of a person's choice.
    package var installFolder: String
    /// In place of the limits that follow from the model and the sound.
    package var longest: Duration?
    package var memoryBytes: Int?

    package init(
        folder: String, programFolders: [String], installFolder: String, longest: Duration? = nil,
        memoryBytes: Int? = nil
    ) {
        self.folder = folder
        self.programFolders = programFolders
        self.installFolder = installFolder
        self.longest = longest
        self.memoryBytes = memoryBytes
    }

    /// Where the program is.
    ///
    /// - Throws: `capability-missing`, to be tried again.
    package func locatedProgram() throws(HearthError) -> String {
        for folder in programFolders {
            let path = folder + "/" + Self.program
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw HearthError(
            .capabilityMissing,
            "HEARTH_STT_FOLDER names a model of sherpa-onnx, and its program \(Self.program) is not installed.",
            hint: "python3 -m venv \(installFolder) && \(installFolder)/bin/pip install sherpa-onnx-bin",
            disposition: .retry)
    }
}
