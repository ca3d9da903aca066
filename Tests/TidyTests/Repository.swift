import Foundation

/// A text file of the repository.
struct SourceFile: Sendable {
    /// Relative to the repository's root, with `/` between its parts.
    let path: String
    let text: String
    /// The lines of Swift source; none in other files.
    let swiftLines: [SwiftLine]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        swiftLines = path.hasSuffix(".swift") ? SwiftLine.lines(of: text) : []
    }

    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// Whether the file lies under `Sources` or `Tests`: what the build compiles, without the manifest.
    var isCompiled: Bool { isSwift && (path.hasPrefix("Sources/") || path.hasPrefix("Tests/")) }
}

/// The repository that this test was compiled from.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Folders whose names begin with a dot hold what tools made; these are ours.
    private static let ownHiddenFolders: Set<String> = [".ci", ".github"]
    private static let madeByTools: Set<String> = ["__pycache__", "DerivedData", "node_modules"]
    /// What the plugins of protoc write; nobody edits or reads it.
    private static let generatedEndings = [".pb.swift", ".grpc.swift"]
    private static let binaryExtensions: Set<String> = [
        "bin", "db", "gz", "jpeg", "jpg", "msgpack", "pem", "png", "wav", "webp", "zst",
    ]

    /// Every text file, ordered by path. Files that are not UTF-8 are left out.
    static let files: [SourceFile] = {
        var found: [SourceFile] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)) ?? []
            for name in names {
                let path = folder.isEmpty ? name : folder + "/" + name
                let url = root.appending(path: path)
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { continue }
                if isFolder.boolValue {
                    let isHidden = name.hasPrefix(".") && !ownHiddenFolders.contains(name)
                    if !isHidden, !madeByTools.contains(name) { folders.append(path) }
                } else if !binaryExtensions.contains(url.pathExtension.lowercased()), name != "Package.resolved",
                    !generatedEndings.contains(where: name.hasSuffix),
                    let text = try? String(contentsOf: url, encoding: .utf8)
                {
                    found.append(SourceFile(path: path, text: text))
                }
            }
        }
        return found.sorted { $0.path < $1.path }
    }()
}
