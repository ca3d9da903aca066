import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// An open file of the index; closes itself. Every call blocks. Reads may run beside a write.
final class IndexFile: Sendable {
    private let file: OpenFile

    /// Opens for reading and writing, and makes the file when it is missing.
    init(_ path: String) throws(SystemCallError) {
        file = try OpenFile(path, O_RDWR | O_CREAT, mode: 0o600)
    }

    var descriptor: Int32 { file.descriptor }
    var path: String { file.path }

    var size: Int {
        get throws(SystemCallError) { Int(try file.status().st_size) }
    }

    /// Writes all of `bytes` at `position`.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemCallError) {
        try file.write(bytes, at: position)
    }

    func write(_ bytes: [UInt8], at position: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: position) }
    }

    /// Fills `bytes` from `position` on; returns how many there were, fewer only at the end of the file.
    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemCallError) -> Int {
        try file.read(into: bytes, at: position)
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
    func tryLock() -> Bool { file.tryLock() }

    func unlock() { flock(descriptor, LOCK_UN) }
}
