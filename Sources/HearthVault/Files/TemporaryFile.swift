import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A file that is removed when it is let go of, unless it was moved to its place before. It is locked, so that whoever
/// cleans up after a crash can tell that this one is being written.
final class TemporaryFile: Sendable {
    let file: OpenFile
    private let hasMoved = Atomic(false)

    init(_ path: String) throws(SystemCallError) {
        file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        try file.lock()
    }

    deinit {
        if !hasMoved.load(ordering: .relaxed) { unlink(file.path) }
    }

    /// Renames it to `path`, replacing what is there. Durable only when the folder is fsynced too.
    func move(to path: String) throws(SystemCallError) {
        guard rename(file.path, path) == 0 else { throw SystemCallError("rename", file.path) }
        hasMoved.store(true, ordering: .relaxed)
    }
}
