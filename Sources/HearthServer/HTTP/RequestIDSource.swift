import HearthCore
import Synchronization

/// Makes ids for requests: unique and sorted by time, without asking the operating system for random bits each time. Not
/// for secrets.
final class RequestIDSource: Sendable {
    private let counter: Atomic<UInt64>
    private let key: SipHash.Key

    init() {
        var generator = SystemRandomNumberGenerator()
        counter = Atomic(generator.next())
        key = SipHash.Key(first: generator.next(), second: generator.next())
    }

    func next(at time: Timestamp) -> UniqueID {
        var generator = Sequence(key: key, count: counter.wrappingAdd(1, ordering: .relaxed).newValue)
        return UniqueID(at: time, using: &generator)
    }

    /// The bits that SipHash makes of a number that does not repeat.
    private struct Sequence: RandomNumberGenerator {
        var key: SipHash.Key
        var count: UInt64
        var step: UInt64 = 0

        init(key: SipHash.Key, count: UInt64) {
            self.key = key
            self.count = count
        }

        mutating func next() -> UInt64 {
            var hash = SipHash(key: key)
            hash.combine(count)
            hash.combine(step)
            step += 1
            return hash.finalize()
        }
    }
}
