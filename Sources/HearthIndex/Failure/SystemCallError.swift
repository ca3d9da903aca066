import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A failed call to the operating system. Becomes the cause of a `HearthError`, so its path reaches the log alone.
struct SystemCallError: Error, CustomStringConvertible {
    var call: String
    var path: String
    var number: Int32

    /// Reads `errno`, so it must be made right after the call.
    init(_ call: String, _ path: String) {
        number = errno
        self.call = call
        self.path = path
    }

    var isMissing: Bool { number == ENOENT }

    var description: String { "\(call) \(path): \(String(cString: strerror(number))) (errno \(number))" }

    /// What a caller of the index is told.
    var asHearthError: HearthError {
        switch number {
        case ENOSPC, EDQUOT:
            HearthError(
                .storageFull, "The vector index could not be written. The disk is full.",
                hint: "Free some space; nothing else is needed.", disposition: .retry, cause: self)
        default:
            HearthError(
                .storageFailed, "The vector index could not be read or written.",
                hint: "The log names the file and the reason.", disposition: .defect, cause: self)
        }
    }
}
