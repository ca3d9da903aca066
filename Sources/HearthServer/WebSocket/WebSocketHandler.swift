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
    private var throttle: MessageThrottle?

    init(_ limits: ConnectionLimits, kind: String, metrics: ServerMetrics) {
        machine = WebSocketMachine(maximumFrame: limits.frameBytes, maximumMessage: limits.messageBytes)
        self.limits = limits
        self.kind = kind
        self.metrics = metrics
        throttle = limits.messagesPerSecond.map { MessageThrottle(perSecond: $0, now: .now) }
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
        do throws(WebSocketFailure) {
            while let event = try machine.next() { try handle(event, context) }
        } catch {
            hasFailed = true
            end(error)
        }
    }

    private func handle(_ event: WebSocketMachine.Event, _ context: ChannelHandlerContext) throws(WebSocketFailure) {
        switch event {
        case .text, .binary:
            guard case .open = phase, let session else { return }
            metrics.socketMessages[kind].add()
            throttle?.count()
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
        if case .open = phase {
            do throws(WebSocketFailure) { try session?.burstEnded() } catch { end(error) }
        }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // Remote half-closure is on: the end of the peer's bytes is an event.
        case let event as ChannelEvent where event == .inputClosed:
            peerClosed = true
            if case .closing = phase { return context.close(promise: nil) }
            end(WebSocketFailure(.normal, ""))
        case is ChannelShouldQuiesceEvent: end(WebSocketFailure(.goingAway, "the server stops"))
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Pressure

    private var mayRead: Bool {
        guard case .open = phase, let context else { return true }
        return session?.isFull != true && context.channel.isWritable
    }

    func read(context: ChannelHandlerContext) {
        guard mayRead else {
            isReadHeld = true
            return
        }
        if let wait = throttle?.wait(at: .now) {
            isReadHeld = true
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: TimeAmount(wait)) { bound.value.resume() }
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
        guard hasHeard || isReadHeld else {
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
