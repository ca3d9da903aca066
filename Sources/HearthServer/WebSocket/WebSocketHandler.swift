import HearthCore
import NIOCore

/// A WebSocket on its channel: bytes to messages through `WebSocketMachine`, messages to a session, frames back. Holds the
/// peer to its bounds, pings it, and says goodbye properly whichever side ends.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        /// Nothing more is read; the session finishes, then the code is sent.
        case finishing(WebSocketFailure)
        /// Our closing frame is out.
        case closing
        case closed
    }

    private var machine: WebSocketMachine
    private var phase = Phase.open
    private let limits: ConnectionLimits
    private let metrics: ServerMetrics
    private let kind: String
    private var session: (any SocketSession)?
    private var context: ChannelHandlerContext?
    /// A read that the pipeline asked for while the session was full.
    private var isReadHeld = false
    private var hasHeard = true
    private var peerClosed = false
    /// The peer broke the protocol: its bytes mean nothing any more.
    private var hasFailed = false
    private var sentCode = WebSocketCloseCode.abnormal
    private var pinger: RepeatedTask?
    /// Takes one message from what the caller may send; says how long to wait when there is nothing left.
    private let wait: () -> Duration?
    /// Runs while the caller has sent more than it may: its messages wait where they lie, and nothing more is read.
    private var pause: Scheduled<Void>?
    /// The message that waits, whose payload the machine still has.
    private var waiting: WebSocketMachine.Event?
    private var hasInputEnded = false

    init(_ limits: ConnectionLimits, kind: String, metrics: ServerMetrics, wait: @escaping () -> Duration?) {
        machine = WebSocketMachine(maximumFrame: limits.frameBytes, maximumMessage: limits.messageBytes)
        self.limits = limits
        self.kind = kind
        self.metrics = metrics
        self.wait = wait
    }

    /// Must be called before the handler is added to its pipeline.
    func attach(_ session: any SocketSession) { self.session = session }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        metrics.sockets[kind].add(1)
        let interval = TimeAmount(limits.pingInterval)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        pinger = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.pingOrGiveUp()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// The connection is gone. What the session has accepted is still stored.
    private func leave() {
        guard context != nil else { return }
        context = nil
        pinger?.cancel()
        pause?.cancel()
        pause = nil
        metrics.sockets[kind].add(-1)
        metrics.socketCloses[Int(sentCode.number)].add()
        let wasOpen = if case .open = phase { true } else { false }
        phase = .closed
        if wasOpen { session?.ended() }
        session = nil
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeard = true
        if case .closed = phase { return }
        unwrapInboundIn(data).withUnsafeReadableBytes { machine.feed($0) }
        takeEvents(context)
    }

    /// Handles what came, up to the first message that the caller may not send yet.
    private func takeEvents(_ context: ChannelHandlerContext) {
        do throws(WebSocketFailure) {
            while pause == nil, let event = try nextEvent() { try handle(event, context) }
        } catch {
            hasFailed = true
            end(error)
        }
    }

    private func nextEvent() throws(WebSocketFailure) -> WebSocketMachine.Event? {
        if let event = waiting.take() { return event }
        return try machine.next()
    }

    private func handle(_ event: WebSocketMachine.Event, _ context: ChannelHandlerContext) throws(WebSocketFailure) {
        switch event {
        case .text, .binary:
            guard case .open = phase, let session else { return }
            if let wait = wait() { return hold(event, for: wait, context) }
            metrics.socketMessages[kind].add()
            try machine.withPayload { bytes throws(WebSocketFailure) in
                try session.received(bytes, isText: event == .text)
            }
        case .ping:
            guard case .open = phase else { return }
            var frame = ByteBuffer()
            machine.withPayload { WebSocketFrameWriter.write($0, .pong, to: &frame) }
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        case .pong: break
        case .close(let code):
            peerClosed = true
            if case .closing = phase { return context.close(promise: nil) }
            // The peer's own code is the answer that the standard asks for.
            end(WebSocketFailure(code ?? .normal, ""))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        endBurst()
        context.fireChannelReadComplete()
    }

    private func endBurst() {
        guard case .open = phase else { return }
        do throws(WebSocketFailure) { try session?.burstEnded() } catch { end(error) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // Remote half-closure is on: the end of the peer's bytes is an event.
        case let event as ChannelEvent where event == .inputClosed:
            if pause == nil { inputEnded(context) } else { hasInputEnded = true }
        case is ChannelShouldQuiesceEvent: end(WebSocketFailure(.goingAway, "the server stops"))
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func inputEnded(_ context: ChannelHandlerContext) {
        peerClosed = true
        if case .closing = phase { return context.close(promise: nil) }
        end(WebSocketFailure(.normal, ""))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Pressure

    private var mayRead: Bool {
        guard case .open = phase, let context else { return true }
        return pause == nil && session?.isFull != true && context.channel.isWritable
    }

    private func hold(_ event: WebSocketMachine.Event, for wait: Duration, _ context: ChannelHandlerContext) {
        waiting = event
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        pause = context.eventLoop.scheduleTask(in: TimeAmount(wait)) { bound.value.goOn() }
    }

    private func goOn() {
        guard pause.take() != nil, let context else { return }
        takeEvents(context)
        endBurst()
        guard pause == nil else { return }
        if hasInputEnded { inputEnded(context) }
        resume()
    }

    func read(context: ChannelHandlerContext) {
        guard mayRead else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        resume()
        context.fireChannelWritabilityChanged()
    }

    // MARK: Time

    private func pingOrGiveUp() {
        guard let context, case .open = phase else { return }
        // A peer that we do not read from cannot be heard.
        guard hasHeard || isReadHeld || pause != nil else {
            sentCode = .abnormal
            return context.close(promise: nil)
        }
        hasHeard = false
        var frame = ByteBuffer()
        WebSocketFrameWriter.write([], .ping, to: &frame)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}

extension WebSocketHandler: SocketOutlet {
    func send(_ frames: ByteBuffer) {
        guard let context, frames.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    func resume() {
        guard isReadHeld, mayRead, let context else { return }
        isReadHeld = false
        read(context: context)
    }

    func end(_ failure: WebSocketFailure) {
        guard case .open = phase else { return }
        phase = .finishing(failure)
        session?.ended()
        if let pause = pause.take(), let context {
            // What waits is not taken any more, but the peer's closing frame may lie behind it.
            pause.cancel()
            waiting = nil
            takeEvents(context)
        }
        // The peer's closing frame still has to be read.
        if isReadHeld, let context {
            isReadHeld = false
            context.read()
        }
    }

    func finished() {
        guard case .finishing(let failure) = phase, let context else { return }
        phase = .closing
        sentCode = failure.code
        var frame = ByteBuffer()
        WebSocketFrameWriter.writeClose(failure.code, reason: failure.reason, to: &frame)
        let written = context.writeAndFlush(wrapOutboundOut(frame))
        let channel = context.channel
        guard !peerClosed else { return written.whenComplete { _ in channel.close(promise: nil) } }
        // Closing at once with bytes unread would reset the connection, and our closing frame might never be seen.
        if hasFailed { written.whenComplete { _ in channel.close(mode: .output, promise: nil) } }
        context.eventLoop.scheduleTask(in: TimeAmount(limits.closeTimeout)) { channel.close(promise: nil) }
    }
}
