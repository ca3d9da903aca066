import Dispatch
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Rings when names come into a folder, as far as the system tells (inotify). It says that there is something, not what.
final class SpoolWatch: @unchecked Sendable {  // Made and cancelled once; its handlers touch the descriptor alone.
    private let source: any DispatchSourceRead

    /// - Parameter gone: Called when the folder itself was moved or deleted: this watch sees nothing any more.
    init(
        _ folder: String, on queue: DispatchQueue, ring: @escaping @Sendable () -> Void,
        gone: @escaping @Sendable () -> Void
    ) throws(SystemCallError) {
        let descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError("inotify_init1", folder) }
        // A file that comes as a second name of another is neither moved nor written to, only made.
        let events = UInt32(IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
        guard inotify_add_watch(descriptor, folder, events) >= 0 else {
            let failure = SystemCallError("inotify_add_watch", folder)
            close(descriptor)
            throw failure
        }
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler {
            if Self.drain(descriptor) { gone() }
            ring()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit { source.cancel() }

    /// Reads what the system has to tell.
    /// - Returns: whether the folder is gone.
    private static func drain(_ descriptor: Int32) -> Bool {
        var isGone = false
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { isGone = true }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return isGone
    }
}
