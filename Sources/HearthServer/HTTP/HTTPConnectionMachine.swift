/// How long one HTTP/1.1 connection may wait for its peer, and when it has to end. Pure: time is passed in.
struct HTTPConnectionMachine {
    enum Action: Hashable { case none, close }

    private let idleTimeout: Duration
    private let bodyTimeout: Duration
    private let minimumBodyBytes: Int

    /// Requests whose answer has not ended.
    private var outstanding = 0
    /// Between a request's head and its end.
    private var isReceiving = false
    private var isQuiescing = false
    /// What came cannot be read any further; the answer that says so ends the connection.
    private var isMalformed = false
    /// Since when we do not ask for bytes: the peer cannot be blamed for silence then.
    private var pausedSince: ContinuousClock.Instant?
    private var lastProgress: ContinuousClock.Instant
    /// Bytes of the body since `lastProgress`.
    private var bodyBytes = 0
    /// Since when the peer does not take what we send.
    private var stuckSince: ContinuousClock.Instant?

    /// - Parameter minimumBodyBytes: A body that brings less within `bodyTimeout` has stopped.
    init(idleTimeout: Duration, bodyTimeout: Duration, minimumBodyBytes: Int = 256, now: ContinuousClock.Instant) {
        self.idleTimeout = idleTimeout
        self.bodyTimeout = bodyTimeout
        self.minimumBodyBytes = minimumBodyBytes
        lastProgress = now
    }

    // MARK: What happens

    mutating func receivedHead(at now: ContinuousClock.Instant) {
        outstanding += 1
        isReceiving = true
        lastProgress = now
        bodyBytes = 0
    }

    mutating func receivedBody(_ count: Int, at now: ContinuousClock.Instant) {
        bodyBytes += count
        guard bodyBytes >= minimumBodyBytes else { return }
        bodyBytes = 0
        lastProgress = now
    }

    mutating func receivedEnd() { isReceiving = false }

    /// Nothing that can be read follows. The answer to that counts as one to a request.
    mutating func becameMalformed(at now: ContinuousClock.Instant) {
        guard !isMalformed else { return }
        isMalformed = true
        if !isReceiving || outstanding <= 0 { outstanding = max(outstanding, 0) + 1 }
        isReceiving = false
        lastProgress = now
    }

    mutating func sentEnd(at now: ContinuousClock.Instant) -> Action {
        outstanding -= 1
        lastProgress = now
        return outstanding <= 0 && isQuiescing ? .close : .none
    }

    mutating func beganReading(at now: ContinuousClock.Instant) {
        guard let pausedSince else { return }
        lastProgress += now - pausedSince
        self.pausedSince = nil
    }

    mutating func endedReading(at now: ContinuousClock.Instant) { pausedSince = pausedSince ?? now }

    mutating func writabilityChanged(_ isWritable: Bool, at now: ContinuousClock.Instant) {
        stuckSince = isWritable ? nil : stuckSince ?? now
    }

    /// The server stops: what is under way ends first.
    mutating func quiesce() -> Action {
        isQuiescing = true
        return outstanding <= 0 ? .close : .none
    }

    // MARK: Deadlines

    func timePassed(at now: ContinuousClock.Instant) -> Action {
        if let stuckSince, now - stuckSince >= idleTimeout { return .close }
        // Not at once: closing over unread bytes would reset the connection, and the answer might never be seen.
        if isMalformed { return outstanding <= 0 && now - lastProgress >= Self.lingering ? .close : .none }
        if isReceiving { return pausedSince == nil && now - lastProgress >= bodyTimeout ? .close : .none }
        return outstanding <= 0 && now - lastProgress >= idleTimeout ? .close : .none
    }

    /// From the last answer to closing, where the peer does not close.
    static let lingering = Duration.seconds(1)

    /// How often `timePassed` has to be asked.
    var checkInterval: Duration { min(idleTimeout, bodyTimeout) / 4 }
}
