/// How long to wait before trying again: exponential, with full jitter (a random part of the whole time), so that those who
/// failed together do not come back together.
package struct Backoff: Sendable, Hashable {
    package var first = Duration.seconds(1)
    package var longest = Duration.seconds(300)

    package init(first: Duration = .seconds(1), longest: Duration = .seconds(300)) {
        self.first = first
        self.longest = longest
    }

    /// - Parameter failures: How often it failed so far, from 1.
    package func delay(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let ceiling = min(longest, first * (1 << doublings))
        return ceiling * Double.random(in: 0...1, using: &generator)
    }
}
