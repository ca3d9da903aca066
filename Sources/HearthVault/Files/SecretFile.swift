import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A small file in `$HEARTH_HOME/keys` that only Hearth's user may read (0600, folder 0700).
struct SecretFile {
    /// What it holds, for messages: "household key".
    var subject: String
    var folder: String
    var name: String

    /// More than any secret; a larger file is not one.
    static let maximumByteCount = 4096

    var path: String { "\(folder)/\(name)" }

    init(_ subject: String, home: String, name: String) {
        self.subject = subject
        self.folder = "\(home)/keys"
        self.name = name
    }

    /// Reads the file, or when it is missing writes what `create` returns. Two processes that start at once agree: the
    /// folder is locked, so that the second reads what the first wrote.
    func readOrCreate(_ create: () throws -> [UInt8]) throws -> (bytes: [UInt8], isNew: Bool) {
        do {
            try Folder.make(folder)
            let lock = try OpenFile(folder, O_RDONLY | O_DIRECTORY)
            try refuseWritableByOthers(lock.status())
            try lock.lock()
            if let bytes = try read() { return (bytes, false) }
            let bytes = try create()
            try bytes.withUnsafeBytes { try write($0) }
            try lock.synchronize()
            return (bytes, true)
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "The \(subject) could not be read or written.")
        }
    }

    /// Nil when there is no such file.
    private func read() throws -> [UInt8]? {
        guard let file = try OpenFile.existing(path, O_RDONLY) else { return nil }
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HearthError(.keyMalformed, "The \(subject) is not a regular file.", hint: "Look at \(path).")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw HearthError(
                .keyExposed, "The \(subject) can be read or changed by other users of this machine.",
                hint: "Run: chmod 600 \(path)")
        }
        guard status.st_size <= Self.maximumByteCount else {
            throw HearthError(
                .keyMalformed, "The \(subject) is too large to be one: \(status.st_size) bytes.",
                hint: "Put the right file back at \(path).")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }

    /// Whoever may write to the folder may put another key in place.
    private func refuseWritableByOthers(_ status: stat) throws {
        guard status.st_mode & 0o022 == 0 else {
            throw HearthError(
                .keyExposed, "The folder of the \(subject) can be changed by other users of this machine.",
                hint: "Run: chmod 700 \(folder)")
        }
    }

    /// Temporary file, fsync, rename: the file is whole or absent, whatever happens in between.
    private func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
        let temporary = "\(path).new"
        // Left over from a crash; the lock says that nobody is writing it now.
        guard unlink(temporary) == 0 || errno == ENOENT else { throw SystemCallError("unlink", temporary) }
        do throws(SystemCallError) {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try file.write(bytes)
            try file.synchronize()
            guard rename(temporary, path) == 0 else { throw SystemCallError("rename", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
    }
}
