import Foundation

/// A folder that exists while a test needs it.
enum TemporaryFolder {
    static func make() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/hearth-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    static func use<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = try make()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    static func useWaiting<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = try make()
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}

/// The repository that this test was compiled from.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
