#if canImport(Glibc)
import Glibc
#endif

/// Folders as Hearth keeps them: for its own user alone, and durable once made.
package enum Folder {
    /// Makes `path` and what is missing above it, each with mode 0700 and fsynced into its parent.
    package static func make(_ path: String) throws(SystemCallError) {
        if mkdir(path, 0o700) == 0 { return try synchronize(parent(of: path)) }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0 else { throw SystemCallError("stat", path) }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                errno = ENOTDIR
                throw SystemCallError("mkdir", path)
            }
        case ENOENT where parent(of: path) != path:
            try make(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemCallError("mkdir", path) }
            try synchronize(parent(of: path))
        default: throw SystemCallError("mkdir", path)
        }
    }

    /// Makes the names in a folder durable: files created, renamed and removed in it.
    package static func synchronize(_ path: String) throws(SystemCallError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// The names in a folder without `.` and `..`, in no order. Empty when there is no such folder.
    package static func names(in path: String) throws(SystemCallError) -> [String] {
        try rawNames(in: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as bytes: a name is whatever a program wrote, UTF-8 or not.
    package static func rawNames(in path: String) throws(SystemCallError) -> [[UInt8]] {
        guard let stream = opendir(path) else {
            let failure = SystemCallError("opendir", path)
            if failure.isMissing { return [] }
            throw failure
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemCallError("readdir", path) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != [UInt8(ascii: "."), UInt8(ascii: ".")] { names.append(name) }
        }
    }

    package static func parent(of path: String) -> String {
        let trimmed = path.hasSuffix("/") && path.utf8.count > 1 ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
