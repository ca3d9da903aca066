#if canImport(Glibc)
import Glibc
#endif

/// Paths as people write them.
enum FilePathText {
    /// An absolute path without `.` and `..` parts; `~` is the user's home folder.
    /// - Parameter relativeTo: Where relative paths begin; nil: the current folder.
    static func absolute(_ text: String, relativeTo base: String? = nil, environment: [String: String]) -> String {
        var path = text
        if path == "~" || path.hasPrefix("~/") {
            path = (environment["HOME"] ?? accountHome) + path.dropFirst()
        }
        if !path.hasPrefix("/") { path = (base ?? currentFolder) + "/" + path }
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private static var currentFolder: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// Where the account database puts the user's home, for a process without `HOME`.
    private static var accountHome: String {
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "/" }
        return String(cString: folder)
    }
}
