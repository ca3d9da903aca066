import HTTPTypes
import HearthCore
import Hummingbird
import NIOCore

/// Compresses answers for callers that say they can read that.
struct ResponseCompression: RouterMiddleware {
    typealias Context = ServerContext

    /// Shorter bodies fit a packet or two anyway.
    private static let minimumBody = 1024

    func handle(
        _ request: Request, context: ServerContext, next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.acceptEncoding] else { return try await next(request, context) }
        var response = try await next(request, context)
        guard Self.isWorthwhile(response) else { return response }
        response.headers[.vary] = "Accept-Encoding"
        guard request.method != .head, let coding = ContentCoding(accepted: header) else { return response }
        let body = response.body
        response.body = ResponseBody { writer in
            try await body.write(CompressingWriter(inner: writer, compressor: Compressor(coding)))
        }
        response.headers[.contentEncoding] = coding.rawValue
        return response
    }

    private static func isWorthwhile(_ response: Response) -> Bool {
        guard response.headers[.contentEncoding] == nil, response.status.kind == .successful,
            response.body.contentLength.map({ $0 > minimumBody }) ?? true,
            let type = response.headers[.contentType]?.lowercased()
        else { return false }
        // An event must leave at once and not wait for a block to fill.
        if type.hasPrefix("text/event-stream") { return false }
        return type.hasPrefix("text/") || type.contains("json") || type.hasPrefix("application/javascript")
            || type.hasPrefix("image/svg") || type.contains("msgpack")
    }
}

private struct CompressingWriter: ResponseBodyWriter {
    var inner: any ResponseBodyWriter
    let compressor: Compressor

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        let output = try compressor.compress(buffer, isLast: false)
        if output.readableBytes > 0 { try await inner.write(output) }
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await inner.write(compressor.compress(ByteBuffer(), isLast: true))
        try await inner.finish(trailingHeaders)
    }
}
