import Foundation

/// A file system of a few mebibytes, for tests of a full disk. Needs the right to mount.
struct SmallDisk {
    private let folder: TemporaryFolder

    /// Whether this process may mount: tried once.
    static let isPossible: Bool = {
        guard let disk = try? SmallDisk(mebibytes: 1) else { return false }
        disk.remove()
        return true
    }()

    init(mebibytes: Int) throws {
        folder = try TemporaryFolder()
        do {
            try Self.run(["mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m", "hearth-test", folder.url.path])
        } catch {
            folder.remove()
            throw error
        }
    }

    func path(_ name: String) -> String { folder.path(name) }

    /// Takes space that `free` gives back.
    func fill(kibibytes: Int) throws {
        try Data(repeating: 1, count: kibibytes << 10).write(to: folder.url.appending(path: "ballast"))
    }

    func free() throws { try FileManager.default.removeItem(at: folder.url.appending(path: "ballast")) }

    func remove() {
        // A file system still mounted at the end of the process goes with its mount namespace or the next restart.
        try? Self.run(["umount", "-l", folder.url.path])
        folder.remove()
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
    }
}
