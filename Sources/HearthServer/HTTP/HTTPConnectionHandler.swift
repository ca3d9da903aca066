import HTTPTypes
import HearthCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Ends connections whose peer has stopped, lets requests under way end when the server stops, and gives the framework's
/// empty answer to what is not HTTP a body.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var machine: HTTPConnectionMachine
    private var timer: RepeatedTask?
    private var isMalformed = false

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

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isMalformed = true
        // A head that HTTP/1 can carry and the types of HTTP cannot is malformed all the same.
        context.fireErrorCaught(error is HTTP1TypeConversionError ? HTTPParserError.invalidHeaderToken : error)
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
        switch unwrapOutboundIn(data) {
        case .head(let head)
        where isMalformed && head.status == .badRequest && head.headerFields[.contentLength] == "0":
            let answer = MalformedRequest.answer(nil)
            context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
            context.write(wrapOutboundOut(.body(answer.body)), promise: promise)
        case .end:
            if machine.sentEnd(at: .now) == .close {
                context.writeAndFlush(data, promise: promise)
                context.close(promise: nil)
            } else {
                context.write(data, promise: promise)
            }
        default: context.write(data, promise: promise)
        }
    }
}

/// The answer to bytes that are not HTTP, made without the router, which never saw a request.
enum MalformedRequest {
    static func answer(_ error: (any Error)?) -> (head: HTTPResponse, body: ByteBuffer) {
        let failure =
            switch error as? HTTPParserError {
            case .headerOverflow:
                HearthError(
                    .headTooLarge, "The head of the request is too large.", hint: "Send fewer or shorter headers.")
            default: HearthError(.malformedRequest, "This is not an HTTP/1.1 request.")
            }
        return answer(failure)
    }

    /// The problem as an answer that ends its connection.
    static func answer(_ failure: HearthError) -> (head: HTTPResponse, body: ByteBuffer) {
        let problem = ProblemResponse.problem(failure)
        var head = HTTPResponse(status: problem.status)
        head.headerFields[.contentType] = ProblemResponse.mediaType
        head.headerFields[.contentLength] = String(problem.body.count)
        head.headerFields[.connection] = "close"
        if let wait = failure.retryAfter {
            head.headerFields[.retryAfter] = String(ProblemResponse.wholeSeconds(wait))
        }
        if problem.status == .unauthorized { head.headerFields[.wwwAuthenticate] = ProblemResponse.challenge }
        SecurityHeaders.add(to: &head.headerFields)
        return (head, ByteBuffer(bytes: problem.body))
    }
}
