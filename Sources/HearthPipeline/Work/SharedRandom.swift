package import HearthCore
import Synchronization

/// One source of randomness for all workers; a test seeds it.
package final class SharedRandom: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    package init(_ generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.generator = Mutex(generator)
    }

    package func delay(_ backoff: Backoff, after failures: Int) -> Duration {
        generator.withLock { backoff.delay(after: failures, using: &$0) }
    }

    package func id(at time: Timestamp) -> UniqueID {
        generator.withLock { UniqueID(at: time, using: &$0) }
    }
}
