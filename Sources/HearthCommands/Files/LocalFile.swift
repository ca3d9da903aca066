import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Small files and questions about files of this machine. Blocks; for commands and for start-up alone.
enum LocalFile {
    /// The content of a file, nil when there is none.
    /// - Throws: `storage-failed` when it cannot be read or is larger than `limit` bytes.
    static func bytesIfPresent(_ path: String, limit: Int) throws(HearthError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw systemFailure("\(path) cannot be read")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let chunk = try read(from: descriptor, upTo: min(limit + 1 - bytes.count, 1 << 16), name: path)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else {
                throw HearthError(.storageFailed, "\(path) is larger than \(ByteCount.text(limit)).")
            }
        }
    }

    /// The next bytes of a file or pipe, at most `count`; none at its end.
    static func read(from descriptor: Int32, upTo count: Int, name: String) throws(HearthError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var result = -1
            repeat { result = Glibc.read(descriptor, buffer.baseAddress, count) } while result < 0 && errno == EINTR
            failed = result < 0
            initialized = max(result, 0)
        }
        if failed { throw systemFailure("\(name) cannot be read") }
        return bytes
    }

    /// Writes all of `bytes`.
    /// - Returns: false when nobody reads any more (a closed pipe).
    /// - Throws: `storage-full`, `storage-failed`.
    @discardableResult
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws(HearthError) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { return false }
                throw systemFailure("\(name) cannot be written")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    static func isFile(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }
    static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }
    static func exists(_ path: String) -> Bool { status(path) != nil }

    static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// The permission bits, nil when there is nothing.
    static func permissions(_ path: String) -> UInt32? { status(path).map { UInt32($0.st_mode) & 0o777 } }

    /// Makes a folder and those above it, each for its owner alone. One that exists stays as it is.
    static func makeFolder(_ path: String) throws(HearthError) {
        if isFolder(path) { return }
        let parent = FilePathText.parent(of: path)
        if parent != path { try makeFolder(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST && isFolder(path) else {
            throw systemFailure("The folder \(path) cannot be made")
        }
    }

    /// The names in a folder without `.` and `..`, sorted; none when there is no such folder.
    static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Deletes a folder with all it holds, or a file. Does not follow links.
    static func remove(_ path: String) throws(HearthError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw systemFailure("\(path) cannot be removed")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { try remove(path + "/" + name) }
            guard rmdir(path) == 0 else { throw systemFailure("The folder \(path) cannot be removed") }
        } else {
            guard unlink(path) == 0 else { throw systemFailure("\(path) cannot be removed") }
        }
    }

    /// The failure that `errno` tells of; must be made right after the call.
    static func systemFailure(_ message: String) -> HearthError {
        let number = errno
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return HearthError(
                .storageFull, "\(message): \(reason).", hint: "Free some space and try again.", disposition: .retry)
        case EACCES, EPERM, EROFS:
            return HearthError(
                .storageFailed, "\(message): \(reason).", hint: "Check who owns it and its permissions.")
        default:
            return HearthError(.storageFailed, "\(message): \(reason).")
        }
    }
}
