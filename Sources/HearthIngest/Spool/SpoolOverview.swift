package import HearthCore
package import HearthStore

/// What the spool is about.
package struct SpoolOverview: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Nothing is taken in: nothing waits, or too little to open the gate.
        case idle
        case working
        /// A person stopped it.
        case paused
        /// Something failed that may pass, such as a full disk; it tries again by itself.
        case retrying
        /// It does not run: the server starts or stops.
        case stopped
    }

    package struct Failure: Sendable, Hashable {
        package var code: ErrorCode
        package var message: String
        package var at: Timestamp
    }

    package var state = State.stopped
    /// Segments in `incoming/`, as of the last look.
    package var waitingFiles = 0
    package var waitingBytes = 0
    /// How long the oldest of them has waited.
    package var oldest: Duration?
    /// Whether the system tells of new files, so that none has to be looked for.
    package var isWatched = false
    /// Names that are not taken in, the first of them.
    package var ignored: [SpoolIgnored] = []
    package var ignoredCount = 0
    /// What keeps it from working, until it works again.
    package var failure: Failure?
    package var counts = SpoolCounts()
}

/// Counters since start.
package struct SpoolCounts: Sendable, Hashable {
    package var readings = SpoolTotals()
    package var filesStored = 0
    package var filesFailed = 0
}
