import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// The folder in which one index lies.
struct IndexFolder: Sendable {
    let path: String

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder and what is missing above it, readable by Hearth's user alone.
    func make() throws(SystemCallError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw SystemCallError("mkdir", made) }
        }
    }

    /// The names in the folder, in no order.
    func names() throws(SystemCallError) -> [String] { try Folder.names(in: path) }

    func remove(_ name: String) throws(SystemCallError) {
        guard unlink(file(name)) == 0 || errno == ENOENT else { throw SystemCallError("unlink", file(name)) }
    }

    /// Puts a file in place whole or not at all: temporary file, flush, rename, flush of the folder.
    func replace(_ name: String, with write: (IndexFile) throws -> Void) throws {
        let temporary = "\(name).new"
        try remove(temporary)
        let file = try IndexFile(file(temporary))
        try write(file)
        try file.synchronize()
        guard rename(file.path, self.file(name)) == 0 else { throw SystemCallError("rename", file.path) }
        try synchronize()
    }

    /// Makes the names in the folder durable.
    func synchronize() throws(SystemCallError) { try Folder.synchronize(path) }
}
