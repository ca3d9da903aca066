import HearthCore

/// Token buckets, one for each key (a principal, an address): up to `burst` at once, `rate` a second in the long run.
///
/// Pure: time is passed in. A key that is dropped because there are too many begins again with a full bucket.
package struct RateLimiter<Key: Hashable & Sendable>: Sendable {
    package enum Decision: Hashable, Sendable {
        case admitted
        /// Nothing was taken; the same cost is admitted after this time, if nobody else takes it.
        case refused(retryAfter: Duration)
    }

    private struct Bucket {
        var level: Double
        var time: ContinuousClock.Instant
    }

    /// Units a second.
    package let rate: Double
    /// Units.
    package let burst: Double
    private var buckets: RecencyTable<Key, Bucket>

    /// - Parameters:
    ///   - rate: Units a second, above 0.
    ///   - burst: Units at once, above 0.
    ///   - maximumKeys: Above this, the key not seen for longest is forgotten.
    package init(rate: Double, burst: Double, maximumKeys: Int = 10_000) {
        precondition(rate > 0 && burst > 0 && rate.isFinite && burst.isFinite)
        self.rate = rate
        self.burst = burst
        buckets = RecencyTable(capacity: maximumKeys)
    }

    package var keyCount: Int { buckets.count }

    /// Decides about `cost` units.
    ///
    /// - Parameter cost: May be above `burst`: such a request needs a full bucket and leaves a debt behind, so that the
    ///   rate holds and a large batch is still possible.
    package mutating func admit(_ key: Key, cost: Double = 1, at now: ContinuousClock.Instant) -> Decision {
        let (rate, burst) = (rate, burst)
        return buckets.update(key, initial: Bucket(level: burst, time: now)) { bucket in
            // A caller that read the clock before another and came after it must not turn time back.
            if now > bucket.time {
                bucket.level = min(burst, bucket.level + (now - bucket.time).inSeconds * rate)
                bucket.time = now
            }
            let needed = min(cost, burst)
            // The tolerance: waiting exactly as long as was said must be enough, in spite of rounding.
            guard bucket.level + 1e-6 >= needed else {
                return .refused(retryAfter: .nanoseconds(Int64(((needed - bucket.level) / rate * 1e9).rounded(.up))))
            }
            bucket.level -= cost
            return .admitted
        }
    }
}
