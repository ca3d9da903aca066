import CHearthProcess

#if canImport(Glibc)
import Glibc
#endif

/// Bytes as an open file that is on no disk and has no name. What is heard at home goes to other programs this way.
final class MemoryFile: Sendable {
    let descriptor: Int32

    /// - Throws: An error number, as when memory is short.
    init(_ bytes: [UInt8]) throws(LimitedProcess.NotStarted) {
        descriptor = hearth_memory_file("speech")
        guard descriptor >= 0 else { throw LimitedProcess.NotStarted(failure: errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = errno
                close(descriptor)
                throw LimitedProcess.NotStarted(failure: failure)
            }
            written += count
        }
    }

    deinit { close(descriptor) }
}
