package import HearthCore
import Synchronization

/// A time of day that stands where a test puts it.
package final class ManualTime: TimeSource {
    private let time: Mutex<Timestamp>

    package init(_ time: Timestamp) { self.time = Mutex(time) }

    package func now() -> Timestamp { time.withLock { $0 } }

    package func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
