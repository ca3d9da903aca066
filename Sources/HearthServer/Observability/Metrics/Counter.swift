import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package func add(_ amount: Int = 1) {
        count.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let level = Atomic<Int>(0)

    package init() {}

    /// - Returns: The number after the change.
    @discardableResult
    package func add(_ amount: Int) -> Int { level.wrappingAdd(amount, ordering: .relaxed).newValue }

    package func set(_ amount: Int) { level.store(amount, ordering: .relaxed) }

    package var value: Int { level.load(ordering: .relaxed) }
}
