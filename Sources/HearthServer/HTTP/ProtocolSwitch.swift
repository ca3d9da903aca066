import HTTPTypes
import HearthCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Decides with the first request of a connection what the connection is: HTTP, or a WebSocket.
///
/// Stands behind the HTTP decoder until then. Bounds the time until the first head is whole, so that it also bounds the
/// handshake of TLS. Later requests cannot switch: their answers might still be under way.
final class ProtocolSwitch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What becomes of a connection.
    enum Outcome: Sendable {
        case http(HTTP1WebSocketChannel.AsyncHTTP)
        /// The rest of a socket's life, to be run until it ends.
        case socket(@Sendable () async -> Void)
    }

    private enum State {
        case waiting
        /// The rest of the request that asked for a socket has to come.
        case opening(SocketOffer, response: HTTPResponseHead)
        case switched
        case ended
    }

    private var state = State.waiting
    private let timeout: TimeAmount
    private let router: SocketRouter
    private let configureHTTP: (any Channel) throws -> HTTP1WebSocketChannel.AsyncHTTP
    private let outcome: EventLoopPromise<Outcome>
    private let encoder: HTTPResponseEncoder
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private var timer: Scheduled<Void>?

    init(
        timeout: TimeAmount, router: SocketRouter, encoder: HTTPResponseEncoder,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>, outcome: EventLoopPromise<Outcome>,
        configureHTTP: @escaping (any Channel) throws -> HTTP1WebSocketChannel.AsyncHTTP
    ) {
        self.timeout = timeout
        self.router = router
        self.encoder = encoder
        self.decoder = decoder
        self.outcome = outcome
        self.configureHTTP = configureHTTP
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(ChannelError.ioOnClosedChannel) }

    func channelInactive(context: ChannelHandlerContext) {
        end(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    /// No outcome comes any more, if none came yet.
    private func end(_ error: any Error) {
        timer?.cancel()
        timer = nil
        outcome.fail(error)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .switched: context.fireChannelRead(data)
        case .ended: break
        case .waiting:
            if case .head(let head) = unwrapInboundIn(data) { decide(head, context) }
        case .opening(let offer, let response):
            if case .end = unwrapInboundIn(data) { open(offer, response, context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .switched: context.fireErrorCaught(error)
        case .ended: break
        case .waiting, .opening:
            guard error is HTTPParserError else {
                end(error)
                return context.close(promise: nil)
            }
            refuse(MalformedRequest.answer(error), context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .switched = state { return context.fireUserInboundEventTriggered(event) }
        switch event {
        case is ChannelShouldQuiesceEvent: context.close(promise: nil)
        // Remote half-closure is on, so an end of input is an event and not the end of the connection.
        case let event as ChannelEvent where event == .inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Ways to go

    private func decide(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        switch router.decide(head, from: context.channel.remoteAddress) {
        case .http: becomeHTTP(head, context)
        case .refuse(let error): refuse(MalformedRequest.answer(error), context)
        case .accept(let offer, let response): state = .opening(offer, response: response)
        }
    }

    private func becomeHTTP(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .switched
        do {
            outcome.succeed(.http(try configureHTTP(context.channel)))
        } catch {
            end(error)
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ answer: (head: HTTPResponse, body: ByteBuffer), _ context: ChannelHandlerContext) {
        state = .ended
        end(ChannelError.ioOnClosedChannel)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(answer.head))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    private func open(_ offer: SocketOffer, _ response: HTTPResponseHead, _ context: ChannelHandlerContext) {
        state = .switched
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        do {
            let (handler, run) = try offer.make(context.eventLoop)
            try pipeline.addHandler(handler, position: .after(self))
            outcome.succeed(.socket(run))
        } catch {
            end(error)
            return context.close(promise: nil)
        }
        pipeline.removeHandler(encoder, promise: nil)
        // Frames that came in the same packet as the request lie in the decoder, which passes them on when it leaves.
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pipeline.removeHandler(decoder).whenComplete { _ in
            let (handler, context) = bound.value
            context.fireChannelReadComplete()
            context.pipeline.syncOperations.removeHandler(handler, promise: nil)
        }
    }
}
