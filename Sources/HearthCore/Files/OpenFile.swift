#if canImport(Glibc)
package import Glibc
#endif

/// An open file or folder that closes itself. Every call blocks.
package struct OpenFile: ~Copyable, Sendable {
    package let descriptor: Int32
    package let path: String

    package init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemCallError) {
        var descriptor: Int32
        repeat { descriptor = open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw SystemCallError("open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    /// Nil when there is no such file.
    package static func existing(_ path: String, _ flags: Int32) throws(SystemCallError) -> OpenFile? {
        do throws(SystemCallError) {
            return try OpenFile(path, flags)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Writes all of `bytes` at the end of what was written before.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
        var offset = 0
        while offset < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError("write", path) }
            offset += count
        }
    }

    /// Writes all of `bytes` at `position`.
    package func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemCallError) {
        var offset = 0
        while offset < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset, off_t(position + offset))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError("pwrite", path) }
            offset += count
        }
    }

    /// Fills `bytes` from `position` on; returns how many there were, fewer only at the end of the file.
    package func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemCallError) -> Int {
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

    /// Returns when everything written so far would survive a power cut.
    package func synchronize() throws(SystemCallError) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw SystemCallError("fsync", path) }
        }
    }

    /// Waits for the file's lock and holds it until the file is closed. Works between processes.
    package func lock() throws(SystemCallError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw SystemCallError("flock", path) }
        }
    }

    /// Takes the lock if nobody holds it.
    package func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    package func status() throws(SystemCallError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCallError("fstat", path) }
        return status
    }
}
