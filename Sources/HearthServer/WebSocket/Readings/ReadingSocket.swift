import HearthCore
import HearthIngest
import NIOCore

/// `WS /stream/{device_id}`, on the event loop: messages are admitted as they come; what came while one commit was on its
/// way to the disk goes with the next. One task commits, one burst after the other, so answers keep the order of messages.
final class ReadingSocket: SocketSession {
    private let admission: Admission
    private let source: Admission.Source
    private let mayGoOn: @Sendable () -> Bool
    private let bursts: AsyncStream<MessageBurst>.Continuation
    private unowned let outlet: any SocketOutlet
    private var burst = MessageBurst()
    private var messageCount: Int64 = 0
    /// Whether a burst is with the committing task.
    private var isCommitting = false
    private var hasEnded = false

    /// What waits for the commit under way, beyond which nothing more is read.
    private static let maximumItems = 20_000
    private static let maximumBytes = 16 << 20

    /// - Parameter mayGoOn: Whether the caller's token is still good.
    init(
        _ admission: Admission, _ source: Admission.Source, bursts: AsyncStream<MessageBurst>.Continuation,
        outlet: any SocketOutlet, mayGoOn: @escaping @Sendable () -> Bool
    ) {
        self.admission = admission
        self.source = source
        self.bursts = bursts
        self.outlet = outlet
        self.mayGoOn = mayGoOn
    }

    var isFull: Bool { burst.itemCount >= Self.maximumItems || burst.byteCount >= Self.maximumBytes }

    func received(_ message: UnsafeRawBufferPointer, isText: Bool) {
        messageCount += 1
        burst.add(message, isText: isText, number: messageCount, admission, source)
    }

    func burstEnded() throws(WebSocketFailure) {
        guard mayGoOn() else { throw WebSocketFailure(.policyViolation, "the token was revoked or has expired") }
        commit()
    }

    func ended() {
        hasEnded = true
        commit()
    }

    private func commit() {
        guard !isCommitting else { return }
        guard !burst.isEmpty else {
            if hasEnded {
                bursts.finish()
                outlet.finished()
            }
            return
        }
        isCommitting = true
        let wasFull = isFull
        bursts.yield(burst)
        burst = MessageBurst()
        if wasFull { outlet.resume() }
    }

    /// A burst was committed, or refused.
    func committed(_ answers: ByteBuffer, failure: WebSocketFailure?) {
        isCommitting = false
        outlet.send(answers)
        if let failure { outlet.end(failure) }
        commit()
    }
}
