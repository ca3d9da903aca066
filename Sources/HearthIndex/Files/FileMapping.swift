import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A file seen as memory. The mapping is as long as the file may ever become, so that it never moves; only what the file
/// holds may be touched.
final class FileMapping: @unchecked Sendable {  // Read-only; the owner touches only bytes that no longer change.
    let bytes: UnsafePointer<UInt8>
    private let address: UnsafeMutableRawPointer
    private let length: Int

    init(_ file: IndexFile, length: Int) throws(SystemCallError) {
        guard let address = mmap(nil, length, PROT_READ, MAP_SHARED | MAP_NORESERVE, file.descriptor, 0),
            address != MAP_FAILED
        else { throw SystemCallError("mmap", file.path) }
        self.address = address
        self.length = length
        bytes = UnsafePointer(address.assumingMemoryBound(to: UInt8.self))
    }

    deinit { munmap(address, length) }
}
