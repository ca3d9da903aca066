import Foundation

/// A text file of the repository; `path` is relative to its root.
struct SourceFile: Sendable {
    var path: String
    var text: String
}

/// The repository that this test was compiled from.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The UTF-8 files under `folder` ("" is the root) whose names end with one of `suffixes`, ordered by path. Folders
    /// with a dot in front hold what tools made.
    static func files(under folder: String, endingWith suffixes: [String]) -> [SourceFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + folder)) ?? []
        return names.sorted().flatMap { name -> [SourceFile] in
            let path = folder.isEmpty ? name : folder + "/" + name
            if isFolder(path) {
                return name.hasPrefix(".") ? [] : files(under: path, endingWith: suffixes)
            }
            guard suffixes.contains(where: name.hasSuffix) else { return [] }
            return read(path).map { [SourceFile(path: path, text: $0)] } ?? []
        }
    }

    static func read(_ path: String) -> String? {
        try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: root.path + "/" + path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
