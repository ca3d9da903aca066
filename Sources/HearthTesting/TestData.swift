public import Foundation

/// The folder of public test data beside the repository: `../shared/data`, or what `HEARTH_TEST_DATA` names.
public enum TestData {
    /// Nil where the folder is absent; tests that need it are then skipped, visibly.
    public static let root: URL? = {
        let folder =
            if let path = ProcessInfo.processInfo.environment["HEARTH_TEST_DATA"], !path.isEmpty {
                URL(filePath: path, directoryHint: .isDirectory)
            } else {
                repository.appending(path: "../shared/data", directoryHint: .isDirectory).standardizedFileURL
            }
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// The checkout this file was compiled from.
    public static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    public static func has(_ path: String) -> Bool {
        guard let root else { return false }
        return FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The bytes of the file at `path` below the root.
    public static func bytes(_ path: String) throws -> [UInt8] {
        guard let root else { throw CocoaError(.fileNoSuchFile) }
        return Array(try Data(contentsOf: root.appending(path: path)))
    }

    /// The names in the folder at `path` below the root, in order.
    public static func names(in path: String) throws -> [String] {
        guard let root else { throw CocoaError(.fileNoSuchFile) }
        return try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path).sorted()
    }
}
