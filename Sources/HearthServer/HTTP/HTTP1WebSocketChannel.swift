import HTTPTypes
import HearthCore
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1 and WebSockets on one port: what the server makes of each connection it accepts.
struct HTTP1WebSocketChannel: ServerChildChannel, HTTPChannelHandler {
    typealias AsyncHTTP = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let outcome: EventLoopFuture<ProtocolSwitch.Outcome>
    }

    let responder: HTTPChannelHandler.Responder
    private let limits: ConnectionLimits
    private let router: SocketRouter
    private let metrics: ServerMetrics
    private let usesTLS: Bool
    /// nil: every request goes the ordinary path.
    private let desk: ExpressDesk?

    init(
        settings: ServerSettings, router: SocketRouter, metrics: ServerMetrics, desk: ExpressDesk?,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        limits = settings.limits
        usesTLS = settings.usesTLS
        self.router = router
        self.metrics = metrics
        self.desk = desk
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let outcome = channel.eventLoop.makePromise(of: ProtocolSwitch.Outcome.self)
            let value = Value(channel: channel, outcome: outcome.futureResult)
            guard countIn(channel) else {
                outcome.fail(ChannelError.ioOnClosedChannel)
                try channel.pipeline.syncOperations.addHandler(CrowdedHandler(explains: !usesTLS))
                return value
            }
            try configure(channel, outcome)
            return value
        }
    }

    /// Counts the connection while it lasts. False: there are too many.
    private func countIn(_ channel: any Channel) -> Bool {
        let isFit = metrics.connections.add(1) <= limits.connections
        if !isFit { metrics.connectionsRefused.add() }
        let metrics = metrics
        channel.closeFuture.whenComplete { _ in metrics.connections.add(-1) }
        return isFit
    }

    private func configure(_ channel: any Channel, _ outcome: EventLoopPromise<ProtocolSwitch.Outcome>) throws {
        let encoder = HTTPResponseEncoder()
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.headBytes
        bounds.maxHeaderListSize = limits.headBytes
        bounds.maxHeaderFieldCount = limits.headFields
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: bounds))
        let limits = limits
        let (usesTLS, desk) = (usesTLS, desk)
        let gate = ProtocolSwitch(
            timeout: TimeAmount(limits.headTimeout), router: router, encoder: encoder, decoder: decoder,
            outcome: outcome
        ) { channel in
            let pipeline = channel.pipeline.syncOperations
            let watch = HTTPConnectionHandler(limits)
            try pipeline.addHandler(watch)
            if let desk { try pipeline.addHandler(ExpressHandler(desk, watch: watch, encoder: encoder)) }
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: usesTLS))
            try pipeline.addHandler(MalformedRequestHandler())
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
        try channel.pipeline.syncOperations.addHandlers(encoder, decoder, gate)
    }

    func handle(value: Value, logger: Logger) async {
        // A connection that ends before it said what it is needs nothing more.
        guard let outcome = try? await value.outcome.get() else { return }
        switch outcome {
        case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
        case .socket(let run): await run()
        }
    }
}

/// Turns away a connection that is one too many.
private final class CrowdedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A handshake of TLS is what a crowded server should not begin.
    private let explains: Bool

    private static let answer: ByteBuffer = {
        let (head, body) = MalformedRequest.answer(
            HearthError(
                .tooManyConnections, "As many connections are open as Hearth holds at once.",
                hint: "Close connections that are not needed, or raise HEARTH_MAX_CONNECTIONS.", disposition: .retry,
                retryAfter: .seconds(1)))
        var text = "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n"
        for field in head.headerFields { text += "\(field.name.rawName): \(field.value)\r\n" }
        var bytes = ByteBuffer(string: text + "\r\n")
        bytes.writeImmutableBuffer(body)
        return bytes
    }()

    init(explains: Bool) { self.explains = explains }

    func channelActive(context: ChannelHandlerContext) {
        guard explains else { return context.close(promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(Self.answer)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
