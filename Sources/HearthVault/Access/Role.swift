/// What kind of caller a principal is. The raw value is stored.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// Runs the household's server: everything.
    case owner
    /// A person of the household: all of their own.
    case member
    /// A member who also looks after others, their wards.
    case guardian
    /// A sensor, phone or watch: writes its own readings.
    case device
    /// Another program that acts for one person.
    case service
    /// A scraper: metrics and health, no readings.
    case auditor
}
