package import HearthCore
package import HearthStore
import Synchronization

/// What a target's worker counts, since start.
package struct TargetStatistics: Sendable, Hashable {
    package var delivered = 0
    /// Tries after which another follows.
    package var failedTries = 0
    package var dead = 0
    package var lastDeliveredAt: Timestamp?
    package var lastFailure: DeliveryFailure?
    package var lastFailedAt: Timestamp?
    /// Seconds of tries, whatever came of them, as a cumulative histogram over `bounds`.
    package var counts = [Int](repeating: 0, count: Self.bounds.count)
    package var tries = 0
    package var seconds = 0.0

    package static let bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    mutating func observe(_ duration: Duration) {
        let value = duration.inSeconds
        tries += 1
        seconds += value
        for (index, bound) in Self.bounds.enumerated() where value <= bound { counts[index] += 1 }
    }
}
