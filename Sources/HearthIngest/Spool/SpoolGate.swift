package import HearthCore

/// Decides when waiting segments are taken in. Without input or output.
package struct SpoolGate: Sendable {
    /// A segment that waits in `incoming/`.
    package struct Waiting: Sendable, Hashable {
        package var name: String
        package var size: Int
        /// How long it has been there.
        package var age: Duration

        package init(name: String, size: Int, age: Duration) {
            self.name = name
            self.size = size
            self.age = age
        }
    }

    package enum Decision: Sendable, Hashable {
        /// Take these in, in this order.
        case open([String])
        /// Not yet; nil: nothing waits.
        case wait(Duration?)
    }

    package var settings: SpoolSettings
    package var limits: SpoolLimits

    package init(settings: SpoolSettings, limits: SpoolLimits) {
        self.settings = settings
        self.limits = limits
    }

    /// - Parameter isAsked: Somebody wants whatever waits to be taken in now.
    package func decide(_ waiting: [Waiting], isAsked: Bool = false) -> Decision {
        guard let oldest = waiting.map(\.age).max() else { return .wait(nil) }
        let bytes = waiting.reduce(0) { $0 + $1.size }
        guard
            isAsked || waiting.count >= settings.minimumFiles || bytes >= settings.minimumBytes
                || oldest >= settings.maximumAge
        else { return .wait(settings.maximumAge - oldest) }
        // Names tell the order: programs that write several segments number them or put the time in front.
        return .open(
            Array(waiting.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limits.batchFiles)))
    }
}
