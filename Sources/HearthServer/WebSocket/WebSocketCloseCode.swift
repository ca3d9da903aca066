/// Why a WebSocket ends (RFC 6455 section 7.4).
struct WebSocketCloseCode: Hashable, Sendable {
    var number: UInt16

    static let normal = WebSocketCloseCode(number: 1000)
    /// The server stops, or the browser leaves the page.
    static let goingAway = WebSocketCloseCode(number: 1001)
    static let protocolError = WebSocketCloseCode(number: 1002)
    /// A kind of message that this socket does not take.
    static let unacceptableData = WebSocketCloseCode(number: 1003)
    /// Text that is not UTF-8.
    static let invalidPayload = WebSocketCloseCode(number: 1007)
    static let policyViolation = WebSocketCloseCode(number: 1008)
    static let tooBig = WebSocketCloseCode(number: 1009)
    static let internalError = WebSocketCloseCode(number: 1011)
    /// Hearth has too much to do; come back later.
    static let tryAgainLater = WebSocketCloseCode(number: 1013)
    /// The connection ended without a closing frame. Never sent.
    static let abnormal = WebSocketCloseCode(number: 1006)

    /// Whether a peer may send it.
    var isSendable: Bool {
        switch number {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// What ends a WebSocket before its time.
struct WebSocketFailure: Error, Hashable, Sendable {
    var code: WebSocketCloseCode
    /// At most 123 bytes, for the closing frame.
    var reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
