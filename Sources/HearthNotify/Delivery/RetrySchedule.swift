import HearthCore
import HearthStore

/// When a delivery that failed is tried again: after a time that doubles, half of it by chance, so that what failed together
/// does not come back together. It is given up after a time, not after a count: a target may be down for a night.
package struct RetrySchedule: Sendable, Hashable {
    package var first = Duration.seconds(1)
    package var longest = Duration.seconds(900)
    package var giveUpAfter = Duration.seconds(86_400)

    package init() {}

    /// - Parameters:
    ///   - attempts: Tries that failed so far, from 1.
    ///   - least: Not before this, as the target asked.
    /// - Returns: nil when it is given up.
    func next(
        after attempts: Int, since start: Timestamp, at now: Timestamp, least: Duration?,
        using generator: inout some RandomNumberGenerator
    ) -> Timestamp? {
        let whole = min(longest, first * (1 << min(max(attempts - 1, 0), 30)))
        let delay = max(whole / 2 + whole / 2 * Double.random(in: 0...1, using: &generator), least ?? .zero)
        let time = now + delay
        return time - start > giveUpAfter ? nil : time
    }
}
