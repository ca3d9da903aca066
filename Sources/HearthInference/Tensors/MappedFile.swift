import Foundation
import HearthCore

/// A file mapped into memory, read only. Whoever replaces a mapped file must rename a new one over it: cutting the old one
/// short would end the process that reads it.
final class MappedFile: @unchecked Sendable {  // Never changes; the mapping goes with the last reference.
    let bytes: UnsafeRawBufferPointer

    init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Self.failure(path, EISDIR) }
        guard status.st_size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let size = Int(status.st_size)
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw Self.failure(path, errno)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }

    /// Tells the system that the pages are not needed for now; they come back from the file when they are read.
    func release() {
        if let start = bytes.baseAddress {
            madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, MADV_DONTNEED)
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> HearthError {
        HearthError(
            number == ENOENT ? .modelUnavailable : .storageFailed,
            "\(path) cannot be read: \(String(cString: strerror(number))).")
    }
}
