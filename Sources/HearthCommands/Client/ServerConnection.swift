import HearthCore
import NIOCore
import NIOHTTP1
import NIOSSL

/// One open connection to a Hearth; requests go one after the other.
final class ServerConnection {
    typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private let answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let requests: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    private let address: ServerAddress
    private let trust: ServerClient.Trust
    private let token: String?
    private let close: @Sendable () -> Void
    /// Whether another request may follow on this connection.
    private(set) var isReusable = true

    init(
        answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        requests: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>, address: ServerAddress,
        trust: ServerClient.Trust, token: String?, close: @escaping @Sendable () -> Void
    ) {
        self.answers = answers.makeAsyncIterator()
        self.requests = requests
        self.address = address
        self.trust = trust
        self.token = token
        self.close = close
    }

    /// Sends a request and waits for the head of its answer; the body is read by `nextChunk`.
    func start(_ call: HTTPCall) async throws(HearthError) -> AnswerHead {
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: call.method.rawValue),
            uri: call.target(prefix: address.prefix))
        head.headers.add(name: "Host", value: address.authority)
        head.headers.add(name: "User-Agent", value: "hearth/\(HearthVersion.current)")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in call.headers { head.headers.add(name: name, value: value) }
        if let upload = call.upload {
            head.headers.add(name: "Content-Length", value: String(upload.size))
            return try await exchange(head, upload)
        }
        if let body = call.body {
            head.headers.add(name: "Content-Length", value: String(body.count))
        } else if call.method == .post || call.method == .patch {
            head.headers.add(name: "Content-Length", value: "0")
        }
        do {
            try await requests.write(.head(head))
            if let body = call.body, !body.isEmpty {
                try await requests.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
            }
            try await requests.write(.end(nil))
        } catch {
            // The server may have answered and closed before it took the whole body: its answer tells more.
            isReusable = false
        }
        return try await nextHead()
    }

    /// Sends a file and listens at the same time: a server that refuses it says so before it has taken all of it.
    private func exchange(_ head: HTTPRequestHead, _ upload: FileUpload) async throws(HearthError) -> AnswerHead {
        let (requests, close) = (requests, close)
        async let failure = Self.send(head, upload, to: requests, close: close)
        do {
            let answer = try await nextHead()
            if answer.status < 400 {
                _ = await failure
            } else {
                // What is not sent by now is not sent any more: the end of this scope stops it.
                isReusable = false
            }
            return answer
        } catch {
            isReusable = false
            if let failure = await failure { throw failure }
            throw error
        }
    }

    /// - Returns: Why the file could not be read to its end. The connection is closed then: nothing can make good for the
    ///   bytes that were announced.
    private static func send(
        _ head: HTTPRequestHead, _ upload: FileUpload,
        to requests: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>, close: @Sendable () -> Void
    ) async -> HearthError? {
        do {
            try await requests.write(.head(head))
            try await upload.send { try await requests.write(.body(.byteBuffer($0))) }
            try await requests.write(.end(nil))
        } catch let error as HearthError {
            close()
            return error
        } catch {
            // The server may have answered and closed before it took the whole body: its answer tells more.
        }
        return nil
    }

    private func nextHead() async throws(HearthError) -> AnswerHead {
        while let part = try await nextPart() {
            guard case .head(let head) = part else { continue }
            if head.status.code >= 100, head.status.code < 200 { continue }
            if !head.isKeepAlive { isReusable = false }
            return AnswerHead(status: Int(head.status.code), fields: head.headers.map { ($0.name, $0.value) })
        }
        throw lost()
    }

    /// The next piece of the answer's body, nil at its end.
    func nextChunk() async throws(HearthError) -> ByteBuffer? {
        while let part = try await nextPart() {
            switch part {
            case .head: continue
            case .body(let buffer): return buffer
            case .end: return nil
            }
        }
        throw lost()
    }

    /// Sends a request and reads the whole answer.
    /// - Throws: `unexpected-answer` when the body is larger than `limit` bytes.
    func perform(_ call: HTTPCall, limit: Int = 64 << 20) async throws(HearthError) -> HTTPAnswer {
        let head = try await start(call)
        var body: [UInt8] = []
        while let chunk = try await nextChunk() {
            body.append(contentsOf: chunk.readableBytesView)
            guard body.count <= limit else {
                isReusable = false
                throw HearthError(.unexpectedAnswer, "The answer is larger than \(ByteCount.text(limit)).")
            }
        }
        return HTTPAnswer(head: head, body: body)
    }

    private func nextPart() async throws(HearthError) -> HTTPClientResponsePart? {
        do {
            // A copy reads from the same source.
            var source = answers
            return try await source.next(isolation: #isolation)
        } catch let error as AnswerTimeout {
            isReusable = false
            throw HearthError(
                .serverUnreachable,
                "The server at \(address) did not answer for \(Quantity.duration(seconds: error.seconds)).",
                disposition: .retry)
        } catch {
            isReusable = false
            throw lost(because: error)
        }
    }

    /// Whether the handshake of TLS ended because of the server's certificate.
    private static func isDistrust(_ error: any Error) -> Bool {
        if error is NIOSSLExtraError { return true }
        guard case .handshakeFailed(let reason)? = error as? NIOSSLError else { return false }
        return "\(reason)".contains("CERTIFICATE_VERIFY_FAILED")
    }

    private func distrust(because cause: any Error) -> HearthError {
        if cause is NIOSSLExtraError {
            return HearthError(
                .serverUnreachable, "The certificate of \(address) does not name \(address.host).",
                hint: "Call the server by a name or address that stands in its certificate; on its own machine leave "
                    + "--url away.",
                cause: cause)
        }
        let reason: (message: String, hint: String) =
            switch trust {
            case .authorities:
                (
                    "is not trusted here",
                    "It is signed by an authority that this machine does not know, or has ended. For an authority of "
                        + "your own give its certificate with --ca FILE or HEARTH_CA."
                )
            case .authority(let path):
                ("is not trusted here", "It is not signed by what \(path) holds, or has ended.")
            case .certificate(let path):
                ("is not the one in \(path)", "Restart the server if its certificate was renewed.")
            }
        return HearthError(
            .serverUnreachable, "The certificate of \(address) \(reason.message).", hint: reason.hint, cause: cause)
    }

    private func lost(because cause: (any Error)? = nil) -> HearthError {
        isReusable = false
        if let cause, Self.isDistrust(cause) { return distrust(because: cause) }
        return HearthError(
            .serverUnreachable, "The connection to \(address) broke before the answer was complete.",
            hint: "Check the server's log, then try again.", disposition: .retry, cause: cause)
    }
}

/// The server stayed silent for too long.
struct AnswerTimeout: Error {
    var seconds: Double
}

/// Ends a connection on which nothing moved for a while.
final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let limit: TimeAmount

    init(limit: TimeAmount) { self.limit = limit }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.fireErrorCaught(AnswerTimeout(seconds: Double(limit.nanoseconds) / 1e9))
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
