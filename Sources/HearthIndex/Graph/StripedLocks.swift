#if canImport(Glibc)
import Glibc
#endif

/// Locks for many small things: each thing has one of a few. Holding two at once may wait for ever.
final class StripedLocks: @unchecked Sendable {  // The locks themselves are what makes it safe.
    private static let count = 1024
    private let locks: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        locks = .allocate(capacity: Self.count)
        for index in 0..<Self.count { pthread_mutex_init(locks + index, nil) }
    }

    deinit {
        for index in 0..<Self.count { pthread_mutex_destroy(locks + index) }
        locks.deallocate()
    }

    @inline(__always)
    func withLock(of thing: UInt32, _ work: () -> Void) {
        let lock = locks + Int(thing) % Self.count
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        work()
    }
}
