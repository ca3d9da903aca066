import HTTPTypes
import HearthCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Gives the framework's empty answer to what is not HTTP a body, and tells the connection that nothing follows.
final class MalformedRequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var isMalformed = false
    /// What exactly is wrong, where that is known.
    private var failure: HearthError?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isMalformed = true
        failure = failure ?? (error as? MalformedRequest.Refused)?.failure
        context.triggerUserOutboundEvent(MalformedRequest.Seen(), promise: nil)
        // A head that HTTP/1 can carry and the types of HTTP cannot is malformed all the same.
        let isTranslated = error is HTTP1TypeConversionError || error is MalformedRequest.Refused
        context.fireErrorCaught(isTranslated ? HTTPParserError.invalidHeaderToken : error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isMalformed, case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else { return context.write(data, promise: promise) }
        let answer = failure.map { MalformedRequest.answer($0) } ?? MalformedRequest.answer(nil as (any Error)?)
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(answer.body)), promise: promise)
    }
}

/// The answer to bytes that are not HTTP, made without the router, which never saw a request.
enum MalformedRequest {
    /// Travels outward to what watches over the connection.
    struct Seen: Sendable {}

    /// A head that was read and cannot be taken.
    struct Refused: Error {
        var failure: HearthError
    }

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
