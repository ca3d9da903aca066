import HearthCore
import NIOCore

/// What one kind of WebSocket does with its messages. Lives on the connection's event loop; what takes time happens in the
/// `run` of its offer.
protocol SocketSession: AnyObject {
    /// A whole message; valid during the call. Throwing ends the socket.
    func received(_ message: UnsafeRawBufferPointer, isText: Bool) throws(WebSocketFailure)
    /// What came with one read is complete: the moment to start work. Throwing ends the socket.
    func burstEnded() throws(WebSocketFailure)
    /// No further message comes. The session finishes what it has and then calls `outlet.finished()`.
    func ended()
    /// Whether so much waits that nothing more should be read.
    var isFull: Bool { get }
}

/// The way back from a session to its connection. On the event loop only.
protocol SocketOutlet: AnyObject {
    /// Sends finished frames.
    func send(_ frames: ByteBuffer)
    /// `isFull` has become false.
    func resume()
    /// Everything that was accepted is done and answered.
    func finished()
    /// Ends the socket: nothing more is read, what was accepted is finished first.
    func end(_ failure: WebSocketFailure)
}

/// A socket that was granted to a caller, before the connection has become one.
struct SocketOffer: Sendable {
    /// For metrics and the log.
    var kind: String
    /// Makes the connection's handler, and the work that runs beside it until the socket has ended.
    var make: @Sendable (any EventLoop) throws -> (WebSocketHandler, @Sendable () async -> Void)
}
