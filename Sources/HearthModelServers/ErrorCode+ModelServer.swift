package import HearthCore

extension ErrorCode {
    /// A model's server cannot be reached, or answered with a failure.
    package static let modelUnreachable = ErrorCode("model-unreachable")
    /// It took longer than allowed.
    package static let modelTimeout = ErrorCode("model-timeout")
    /// It is busy (429 or 503).
    package static let modelBusy = ErrorCode("model-busy")
    /// It refused the key or the request.
    package static let modelRefused = ErrorCode("model-refused")
    /// What it sent is not what the protocol says: cut off, malformed, of another shape, too large.
    package static let modelAnswerUnreadable = ErrorCode("model-answer-unreadable")

    /// All of the above: what an answer falls back from.
    package static let ofModelServers: Set<ErrorCode> = [
        .modelUnreachable, .modelTimeout, .modelBusy, .modelRefused, .modelAnswerUnreadable,
    ]
}
