#if canImport(Glibc)
import Glibc
#endif

/// An open file of the index; closes itself. Every call blocks. Reads may run beside a write.
final class IndexFile: Sendable {
    let descriptor: Int32
    let path: String

    /// Opens for reading and writing, and makes the file when it is missing.
    init(_ path: String) throws(SystemCallError) {
        var descriptor: Int32
        repeat { descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw SystemCallError("open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    var size: Int {
        get throws(SystemCallError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemCallError("fstat", path) }
            return Int(status.st_size)
        }
    }

    /// Writes all of `bytes` at `position`.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemCallError) {
        var offset = 0
        while offset < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset, off_t(position + offset))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError("pwrite", path) }
            offset += count
        }
    }

    func write(_ bytes: [UInt8], at position: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: position) }
    }

    /// Fills `bytes` from `position` on; returns how many there were, fewer only at the end of the file.
    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemCallError) -> Int {
        var offset = 0
        while offset < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset, off_t(position + offset))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemCallError("pread", path) }
            if count == 0 { break }
            offset += count
        }
        return offset
    }

    /// Everything in the file, or its first `limit` bytes.
    func contents(limit: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(try size, limit))
        let count = try bytes.withUnsafeMutableBytes { try read(into: $0, at: 0) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Returns when everything written so far would survive a power cut.
    func synchronize() throws(SystemCallError) {
        while fdatasync(descriptor) != 0 {
            guard errno == EINTR else { throw SystemCallError("fdatasync", path) }
        }
    }

    func truncate(to size: Int) throws(SystemCallError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            guard errno == EINTR else { throw SystemCallError("ftruncate", path) }
        }
    }

    /// Takes the lock between processes if nobody holds it; held until the file is closed.
    func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    func unlock() { flock(descriptor, LOCK_UN) }
}
