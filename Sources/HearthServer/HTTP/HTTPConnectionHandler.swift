import NIOCore
import NIOHTTP1

/// Ends connections whose peer has stopped, or has had its last answer, and lets requests under way end when the server
/// stops.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var machine: HTTPConnectionMachine
    private var timer: RepeatedTask?
    /// A head was refused: what belongs to it or follows it is nobody's.
    private var hasRefused = false
    /// Whether the newest request is of HTTP/1.1.
    private var isChunkAware = true
    private var isOutputClosed = false

    init(_ limits: ConnectionLimits) { machine = HTTPConnectionMachine(limits, now: .now) }

    func handlerAdded(context: ChannelHandlerContext) {
        let interval = TimeAmount(machine.checkInterval)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.act(handler.machine.timePassed(at: .now), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    private func act(_ action: HTTPConnectionMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .close: context.close(promise: nil)
        case .finish: finish(context)
        case .drain: readOn(context)
        }
    }

    /// The last answer has left. The peer closes next; until then its bytes are taken, so that closing does not reset the
    /// connection before the peer has read the answer.
    private func finish(_ context: ChannelHandlerContext) {
        machine.finished(at: .now)
        if !isOutputClosed {
            isOutputClosed = true
            context.close(mode: .output, promise: nil)
        }
        readOn(context)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        machine.beganReading(at: .now)
        context.read()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isDiscarded = machine.discardsInput || hasRefused
        switch unwrapInboundIn(data) {
        case .head(let head):
            if isDiscarded { return }
            if let failure = HostField.failure(of: head) {
                hasRefused = true
                return context.fireErrorCaught(MalformedRequest.Refused(failure: failure))
            }
            isChunkAware = head.version.isChunkAware
            // What tells an older client where an answer ends is the end of the connection.
            machine.receivedHead(isLast: !head.isKeepAlive || !isChunkAware, at: .now)
        case .body(let buffer):
            act(machine.receivedBody(buffer.readableBytes, at: .now), context)
            if isDiscarded { return }
        case .end:
            let wasDraining = machine.isDraining
            act(machine.receivedEnd(), context)
            // Whoever answered early waits for the end of the request before the next one.
            if isDiscarded, !wasDraining || machine.isLast { return }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        machine.endedReading(at: .now)
        context.fireChannelReadComplete()
        if machine.readsByItself { readOn(context) }
    }

    func read(context: ChannelHandlerContext) {
        machine.beganReading(at: .now)
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        machine.writabilityChanged(context.channel.isWritable, at: .now)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: act(machine.quiesce(), context)
        // Remote half-closure is on: the end of the peer's bytes is an event.
        case let event as ChannelEvent where event == .inputClosed && machine.readsByItself:
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard machine.discardsInput, error is HTTPParserError || error is ByteToMessageDecoderError else {
            return context.fireErrorCaught(error)
        }
        act(machine.couldNotDiscard(), context)
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where machine.isAnsweringLast && head.status.code >= 200:
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            if !isChunkAware {
                head.version = .http1_0
                head.headers.remove(name: "Transfer-Encoding")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end: writeEnd(data, promise, context)
        default: context.write(data, promise: promise)
        }
    }

    private func writeEnd(_ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        switch machine.sentEnd(at: .now) {
        case .none: context.write(data, promise: promise)
        case .close:
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        case .drain:
            context.write(data, promise: promise)
            readOn(context)
        case .finish:
            let left = promise ?? context.eventLoop.makePromise(of: Void.self)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            left.futureResult.whenSuccess {
                let (handler, context) = bound.value
                handler.finish(context)
            }
            context.writeAndFlush(data, promise: left)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        if isOutputClosed {
            promise?.succeed()
        } else {
            isOutputClosed = true
            context.close(mode: mode, promise: promise)
        }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is MalformedRequest.Seen else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        machine.becameMalformed(at: .now)
        promise?.succeed()
    }

    /// Whole answers went out past this handler.
    ///
    /// - Returns: Whether the connection has to be closed behind them.
    func sentDirectly(_ count: Int) -> Bool {
        var action = HTTPConnectionMachine.Action.none
        for _ in 0..<count { action = machine.sentEnd(at: .now) }
        return action == .close
    }
}
