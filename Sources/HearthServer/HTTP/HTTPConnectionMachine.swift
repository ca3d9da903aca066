/// How long one HTTP/1.1 connection may wait for its peer, and when it has to end. Pure: time is passed in.
struct HTTPConnectionMachine {
    enum Action: Hashable {
        case none
        /// At once.
        case close
        /// The last answer is on its way: once it has left, the output ends, and the peer gets a moment to close.
        case finish
        /// The request was answered before its body had come: the rest is to be read and forgotten.
        case drain
    }

    private let limits: ConnectionLimits
    private let minimumBodyBytes: Int

    /// Requests whose answer has not ended.
    private var outstanding = 0
    /// Between a request's head and its end.
    private var isReceiving = false
    private var isQuiescing = false
    /// What came cannot be read any further; the answer that says so ends the connection.
    private var isMalformed = false
    /// No request follows the newest one.
    private(set) var isLast = false
    /// Since when the rest of an answered request is read and forgotten.
    private var drainingSince: ContinuousClock.Instant?
    private var drainedBytes = 0
    /// No answer follows.
    private var isFinishing = false
    /// When the last answer had left.
    private var finishedAt: ContinuousClock.Instant?
    /// Since when we do not ask for bytes: the peer cannot be blamed for silence then.
    private var pausedSince: ContinuousClock.Instant?
    private var lastProgress: ContinuousClock.Instant
    /// Bytes of the body since `lastProgress`.
    private var bodyBytes = 0
    /// Since when the peer does not take what we send.
    private var stuckSince: ContinuousClock.Instant?

    /// - Parameter minimumBodyBytes: A body that brings less within `bodyTimeout` has stopped.
    init(_ limits: ConnectionLimits, minimumBodyBytes: Int = 256, now: ContinuousClock.Instant) {
        self.limits = limits
        self.minimumBodyBytes = minimumBodyBytes
        lastProgress = now
    }

    // MARK: What is so

    var isDraining: Bool { drainingSince != nil }

    /// Whether what comes now is for nobody.
    var discardsInput: Bool { isMalformed || isDraining || isFinishing || isLast && !isReceiving }

    /// Whether nobody behind this asks for bytes any more although the peer still has to be heard.
    var readsByItself: Bool { isDraining || isFinishing || isMalformed && outstanding <= 0 }

    /// Whether the answer that begins now is the last one.
    var isAnsweringLast: Bool { isLast && outstanding == 1 }

    // MARK: What happens

    /// - Parameter isLast: The peer wants the connection to end with the answer.
    mutating func receivedHead(isLast: Bool = false, at now: ContinuousClock.Instant) {
        outstanding += 1
        isReceiving = true
        self.isLast = self.isLast || isLast
        lastProgress = now
        bodyBytes = 0
    }

    mutating func receivedBody(_ count: Int, at now: ContinuousClock.Instant) -> Action {
        if isDraining {
            drainedBytes += count
            if drainedBytes > limits.drainBytes { return .close }
        }
        bodyBytes += count
        if bodyBytes >= minimumBodyBytes {
            bodyBytes = 0
            lastProgress = now
        }
        return .none
    }

    mutating func receivedEnd() -> Action {
        isReceiving = false
        guard drainingSince.take() != nil, isLast else { return .none }
        isFinishing = true
        return .finish
    }

    /// Nothing that can be read follows. The answer to that counts as one to a request.
    mutating func becameMalformed(at now: ContinuousClock.Instant) {
        guard !isMalformed else { return }
        isMalformed = true
        if !isReceiving || outstanding <= 0 { outstanding = max(outstanding, 0) + 1 }
        isReceiving = false
        lastProgress = now
    }

    /// What was going to be forgotten cannot be read any further.
    mutating func couldNotDiscard() -> Action {
        guard drainingSince.take() != nil else { return .none }
        isReceiving = false
        isFinishing = true
        return .finish
    }

    mutating func sentEnd(at now: ContinuousClock.Instant) -> Action {
        outstanding -= 1
        lastProgress = now
        guard outstanding <= 0 else { return .none }
        if isQuiescing { return .close }
        if isMalformed { return .none }
        if isReceiving {
            drainingSince = now
            drainedBytes = 0
            return .drain
        }
        guard isLast else { return .none }
        isFinishing = true
        return .finish
    }

    /// The last answer is with the peer's side of the connection.
    mutating func finished(at now: ContinuousClock.Instant) { finishedAt = now }

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
        if let stuckSince, now - stuckSince >= limits.idleTimeout { return .close }
        // Not at once: closing over unread bytes would reset the connection, and the answer might never be seen.
        if let finishedAt { return now - finishedAt >= Self.lingering ? .close : .none }
        if isMalformed { return outstanding <= 0 && now - lastProgress >= Self.lingering ? .close : .none }
        if let drainingSince, now - drainingSince >= limits.drainTimeout { return .close }
        if isReceiving { return pausedSince == nil && now - lastProgress >= limits.bodyTimeout ? .close : .none }
        return outstanding <= 0 && now - lastProgress >= limits.idleTimeout ? .close : .none
    }

    /// From the last answer to closing, where the peer does not close.
    static let lingering = Duration.seconds(1)

    /// How often `timePassed` has to be asked.
    var checkInterval: Duration { min(limits.idleTimeout, limits.bodyTimeout, limits.drainTimeout) / 4 }
}
