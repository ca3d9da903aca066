import NIOCore
import NIOHTTP1

/// Ends connections whose peer has stopped, and lets requests under way end when the server stops.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var machine: HTTPConnectionMachine
    private var timer: RepeatedTask?

    init(_ limits: ConnectionLimits) {
        machine = HTTPConnectionMachine(
            idleTimeout: limits.idleTimeout, bodyTimeout: limits.bodyTimeout, now: .now)
    }

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
        if action == .close { context.close(promise: nil) }
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: machine.receivedHead(at: .now)
        case .body(let buffer): machine.receivedBody(buffer.readableBytes, at: .now)
        case .end: machine.receivedEnd()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        machine.endedReading(at: .now)
        context.fireChannelReadComplete()
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
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        act(machine.quiesce(), context)
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), machine.sentEnd(at: .now) == .close {
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        } else {
            context.write(data, promise: promise)
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
