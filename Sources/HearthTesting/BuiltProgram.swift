import Foundation

/// Programs of this package that were built with the tests.
package enum BuiltProgram {
    /// `hearth-decoder`, which is beside the tests wherever the runner itself is. What `HEARTH_DECODER` names comes first.
    package static let decoder: String = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["HEARTH_DECODER"], !path.isEmpty { return path }
        let candidates =
            CommandLine.arguments.filter { $0.hasSuffix(".xctest") } + [CommandLine.arguments[0]]
            + [(try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""]
        let paths = candidates.map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().appending(path: "hearth-decoder").path
        }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "hearth-decoder"
    }()
}
