package import HearthCore

/// The right to work for a processor.
package struct ProcessorLease: Sendable, Hashable {
    package var processor: String
    /// The server that works; the same one after a restart.
    package var holder: UniqueID
    /// Fencing number: higher with each change of hands, never used twice.
    package var fence: Int64

    package init(processor: String, holder: UniqueID, fence: Int64) {
        self.processor = processor
        self.holder = holder
        self.fence = fence
    }
}

/// The answer to a claim.
package enum LeaseClaim: Sendable, Hashable {
    case granted(ProcessorLease)
    /// Another worker has it, at most until this time unless it keeps it longer.
    case held(until: Timestamp)
}
