package import HearthCore

/// Where a processor is.
package struct ProcessorRecord: Sendable, Hashable {
    /// By input stream; none: at the first reading.
    package var cursors: [String: ReadingCursor]
    package var run: ProcessorRun?
    package var deadLetters: Int
    /// Of these, how many wait to be worked again.
    package var replays: Int

    package init(
        cursors: [String: ReadingCursor] = [:], run: ProcessorRun? = nil, deadLetters: Int = 0, replays: Int = 0
    ) {
        self.cursors = cursors
        self.run = run
        self.deadLetters = deadLetters
        self.replays = replays
    }
}

/// Working again what was worked before, from a time on. Goes stream by stream, person by person, in order of the
/// readings' own time, beside the cursors, which stay where they are.
package struct ProcessorRun: Sendable, Hashable {
    /// Tells this run from the ones before it.
    package var number: Int64
    package var from: Timestamp
    package var requestedAt: Timestamp
    /// nil: at its beginning.
    package var place: RunPlace?
    /// Readings done so far.
    package var worked: Int

    package init(
        number: Int64, from: Timestamp, requestedAt: Timestamp, place: RunPlace? = nil, worked: Int = 0
    ) {
        self.number = number
        self.from = from
        self.requestedAt = requestedAt
        self.place = place
        self.worked = worked
    }
}

/// How far a run is: everything before it is done.
package struct RunPlace: Sendable, Hashable {
    package var stream: String
    package var person: UniqueID
    /// nil: at the person's first reading of the run.
    package var position: ReadingPosition?

    package init(stream: String, person: UniqueID, position: ReadingPosition? = nil) {
        self.stream = stream
        self.person = person
        self.position = position
    }
}

/// What waits to be worked.
package struct Backlog: Sendable, Hashable {
    package var count: Int
    /// When the first of them came in.
    package var oldest: Timestamp?

    package init(count: Int, oldest: Timestamp? = nil) {
        self.count = count
        self.oldest = oldest
    }
}
