package import HearthStore

extension EventKind {
    /// The spool took segments in.
    package static let gateOpen = EventKind("gate.open")
    /// A batch of the spool is through, with success or not.
    package static let gateDone = EventKind("gate.done")
    /// Housekeeping went over all streams.
    package static let retentionRan = EventKind("retention.ran")
}
