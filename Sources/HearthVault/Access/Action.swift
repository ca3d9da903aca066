package import HearthCore

/// Something a caller wants to do. A `person` of nil stands for the caller's own; a `device` of nil for no certain
/// device.
package enum Action: Hashable, Sendable {
    case writeStream(String, person: UniqueID? = nil, device: UniqueID? = nil)
    case readStream(String, person: UniqueID? = nil, device: UniqueID? = nil)
    /// The registry of streams and schemas: names and shapes, no readings.
    case readRegistry
    case readDevices(person: UniqueID? = nil)
    case manageDevices(person: UniqueID? = nil)
    case manageTokens(person: UniqueID? = nil)
    /// Documents, search, questions and the conversations about them.
    case readLibrary(person: UniqueID? = nil)
    case writeLibrary(person: UniqueID? = nil)
    case export(person: UniqueID? = nil)
    case readMetrics
    case readHealth
    /// To have the spool take in what waits, and to hear how it stands.
    case openGate
    /// People, settings, spool, periodic work: the household as a whole.
    case administrate
}
