/// Stops guessing: whoever fails to authenticate too often in a window is locked out, each time for twice as long.
///
/// Pure: time is passed in. What a lock means is up to the caller.
package struct Lockout<Address: Hashable & Sendable>: Sendable {
    package struct Policy: Hashable, Sendable {
        /// So many failures within `window` lock.
        package var failures: Int
        package var window: Duration
        package var firstDelay: Duration
        package var maximumDelay: Duration
        /// After so long without a failure, the next lock is as short as the first.
        package var memory: Duration

        package init(
            failures: Int = 10, window: Duration = .seconds(300), firstDelay: Duration = .seconds(30),
            maximumDelay: Duration = .seconds(3600), memory: Duration = .seconds(86400)
        ) {
            precondition(failures > 0)
            self.failures = failures
            self.window = window
            self.firstDelay = firstDelay
            self.maximumDelay = maximumDelay
            self.memory = memory
        }
    }

    private struct Record {
        /// The failures that still count, oldest first: fewer than the policy's.
        var failures: [ContinuousClock.Instant] = []
        var lastFailure: ContinuousClock.Instant
        var locks = 0
        var lockedUntil: ContinuousClock.Instant?
    }

    package let policy: Policy
    private var records: RecencyTable<Address, Record>

    /// - Parameter maximumAddresses: Above this, the address that failed longest ago is forgotten.
    package init(policy: Policy = Policy(), maximumAddresses: Int = 10_000) {
        self.policy = policy
        records = RecencyTable(capacity: maximumAddresses)
    }

    package var addressCount: Int { records.count }

    /// How long the address stays locked; nil when it is not.
    package func remainingLock(of address: Address, at now: ContinuousClock.Instant) -> Duration? {
        guard let until = records[address]?.lockedUntil, until > now else { return nil }
        return until - now
    }

    /// Counts a failure. Returns how long the address is locked, nil when it is not.
    package mutating func recordFailure(from address: Address, at now: ContinuousClock.Instant) -> Duration? {
        let policy = policy
        return records.update(address, initial: Record(lastFailure: now)) { record in
            // Requests that were under way when the lock fell do not make it longer.
            if let until = record.lockedUntil, until > now { return until - now }
            if now - record.lastFailure >= policy.memory { record.locks = 0 }
            record.lastFailure = max(now, record.lastFailure)
            record.failures.removeAll { now - $0 >= policy.window }
            record.failures.append(now)
            guard record.failures.count >= policy.failures else { return nil }
            let delay = Self.delay(afterLocks: record.locks, policy)
            record.failures = []
            record.locks += 1
            record.lockedUntil = now + delay
            return delay
        }
    }

    /// Forgets an address that has shown it knows a token.
    package mutating func recordSuccess(from address: Address) { records.remove(address) }

    private static func delay(afterLocks locks: Int, _ policy: Policy) -> Duration {
        var delay = policy.firstDelay
        for _ in 0..<locks {
            guard delay < policy.maximumDelay else { break }
            delay = delay * 2
        }
        return min(delay, policy.maximumDelay)
    }
}
