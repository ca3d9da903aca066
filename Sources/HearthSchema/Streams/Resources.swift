import Foundation
import HearthCore

/// Where the files that ship with Hearth are.
enum Resources {
    /// - Throws: `.internalError` when an installation lost its resources.
    static func directory() throws(HearthError) -> String {
        let bundle = "hearth_HearthSchema.resources"
        let executable = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let besides = executable.deletingLastPathComponent().path
        let candidates = [
            ProcessInfo.processInfo.environment["HEARTH_RESOURCES"].map { $0 + "/" + bundle },
            besides + "/" + bundle, besides + "/../share/hearth/" + bundle, Bundle.module.bundlePath,
        ]
        for case .some(let candidate) in candidates {
            let directory = candidate + "/Resources"
            if FileManager.default.fileExists(atPath: directory) { return directory }
        }
        throw HearthError(
            .internalError, "Hearth's own files (\(bundle)) are missing.",
            hint: "Install Hearth again, or name their folder in HEARTH_RESOURCES.", disposition: .defect)
    }
}
