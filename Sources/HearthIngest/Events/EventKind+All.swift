package import HearthStore

extension EventKind {
    /// The spool took segments in.
    package static let gateOpen = EventKind("gate.open")
    /// A batch of the spool is through, with success or not.
    package static let gateDone = EventKind("gate.done")
    /// Passages wait to be embedded, and work on them begins.
    package static let embedStart = EventKind("embed.start")
    /// Every passage there is has been embedded.
    package static let embedDone = EventKind("embed.done")
    /// Readings of a stream were stored, since the last such event.
    package static let readingsStored = EventKind("readings.stored")
    /// A processor gave a reading up.
    package static let processorDeadLetter = EventKind("processor.dead-letter")
    package static let documentAdded = EventKind("document.added")
    package static let documentChanged = EventKind("document.changed")
    package static let documentForgotten = EventKind("document.forgotten")
    /// A question could not be answered from what is stored.
    package static let gapFiled = EventKind("gap.filed")
    /// Space on the disk runs out.
    package static let diskLow = EventKind("disk.low")
    /// Hardly anything more can be stored.
    package static let diskFull = EventKind("disk.full")
    /// There is space again.
    package static let diskFree = EventKind("disk.free")
    /// Housekeeping went over all streams.
    package static let retentionRan = EventKind("retention.ran")
    package static let serverStarted = EventKind("server.started")

    /// In the order of the reference page.
    package static let all: [EventKind] = [
        gateOpen, gateDone, embedStart, embedDone, readingsStored, processorDeadLetter, documentAdded, documentChanged,
        documentForgotten, gapFiled, diskLow, diskFull, diskFree, retentionRan, serverStarted,
    ]
}
