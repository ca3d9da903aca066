#if canImport(Glibc)
import Glibc
#endif

/// A failed call to the operating system. Becomes the cause of a `HearthError`, so its path reaches the log alone.
package struct SystemCallError: Error, CustomStringConvertible {
    package var call: String
    package var path: String
    package var number: Int32

    /// Reads `errno`, so it must be made right after the call.
    package init(_ call: String, _ path: String) {
        number = errno
        self.call = call
        self.path = path
    }

    package var isMissing: Bool { number == ENOENT }

    package var description: String { "\(call) \(path): \(String(cString: strerror(number))) (errno \(number))" }
}

extension HearthError {
    /// The border between the operating system and Hearth: a full disk or quota heals by itself, the rest is a failure.
    package static func storage(_ failure: SystemCallError, _ message: String) -> HearthError {
        switch failure.number {
        case ENOSPC, EDQUOT:
            HearthError(
                .storageFull, "\(message) The disk is full.", hint: "Free some space; nothing else is needed.",
                disposition: .retry, cause: failure)
        case EACCES, EPERM, EROFS:
            HearthError(
                .storageFailed, "\(message) Permission is missing.",
                hint: "Give the user that runs Hearth the folder named in the log.", disposition: .defect,
                cause: failure)
        default:
            HearthError(
                .storageFailed, message, hint: "The log names the file and the reason.", disposition: .defect,
                cause: failure)
        }
    }
}
