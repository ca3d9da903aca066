package import HearthCore

/// A reading that a processor could not work, set aside so that the others need not wait.
package struct DeadLetter: Sendable, Hashable {
    package var id: UniqueID
    package var processor: String
    package var stream: String
    package var reading: RecordID
    package var person: UniqueID
    package var device: UniqueID
    package var code: ErrorCode
    package var message: String
    /// Steps that failed with this reading, over all its replays.
    package var attempts: Int
    package var firstFailedAt: Timestamp
    package var lastFailedAt: Timestamp
    /// Whether it waits to be worked again.
    package var isReplayRequested: Bool

    package init(
        id: UniqueID, processor: String, stream: String, reading: RecordID, person: UniqueID, device: UniqueID,
        code: ErrorCode, message: String, attempts: Int, firstFailedAt: Timestamp, lastFailedAt: Timestamp,
        isReplayRequested: Bool = false
    ) {
        self.id = id
        self.processor = processor
        self.stream = stream
        self.reading = reading
        self.person = person
        self.device = device
        self.code = code
        self.message = message
        self.attempts = attempts
        self.firstFailedAt = firstFailedAt
        self.lastFailedAt = lastFailedAt
        self.isReplayRequested = isReplayRequested
    }
}
