import Crypto
import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Gives the first answer again to a POST that comes a second time with the same `Idempotency-Key`.
///
/// Successes are kept; a request that failed stored nothing and may simply run again. Bodies above 1 MiB, and bodies that
/// are files rather than values, are not compared: what they store is named by its content, so sending it twice is harmless.
struct IdempotencyKeys: RouterMiddleware {
    typealias Context = ServerContext

    /// Bytes, of requests and of answers.
    private static let maximumBody = 1 << 20
    private static let keyLengths = 1...255

    private let catalogue: any CatalogueStore
    private let time: any TimeSource
    private let logger: Logger
    private let inFlight = InFlightKeys()

    init(_ dependencies: ServerDependencies) {
        catalogue = dependencies.catalogue
        time = dependencies.time
        logger = dependencies.logger
    }

    func handle(
        _ request: Request, context: ServerContext, next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .post, let key = request.headers[.idempotencyKey], let principal = context.principal,
            Self.isComparable(request)
        else { return try await next(request, context) }
        guard Self.keyLengths.contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw HearthError(
                .malformedRequest, "The Idempotency-Key is not 1 to 255 visible ASCII characters.",
                hint: "A UUID is a good key.")
        }
        let claim = InFlightKeys.Claim(principal: principal.id, key: key)
        guard inFlight.take(claim) else {
            throw HearthError(
                .idempotencyKeyInUse, "A request with this Idempotency-Key is being answered.",
                hint: "Wait for its answer, then send again.", disposition: .retry, retryAfter: .seconds(1))
        }
        defer { inFlight.release(claim) }
        return try await answer(request, context, claim, next)
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ claim: InFlightKeys.Claim,
        _ next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var request = request
        let body = try await request.collectBytes(upTo: Self.maximumBody)
        request.body = RequestBody(buffer: body)
        let fingerprint = Self.fingerprint(request, body)
        let stored = try await catalogue.answer(
            principal: claim.principal, key: claim.key, fingerprint: fingerprint)
        if let stored { return Self.replay(stored) }
        let response = try await next(request, context)
        guard response.status.kind == .successful, let length = response.body.contentLength, length <= Self.maximumBody
        else { return response }
        return try await keep(response, claim, fingerprint)
    }

    private func keep(
        _ response: Response, _ claim: InFlightKeys.Claim, _ fingerprint: [UInt8]
    ) async throws -> Response {
        let collector = BodyCollector()
        try await response.body.write(collector)
        let body = collector.content.bytes
        let answer = StoredAnswer(
            status: response.status.code, contentType: response.headers[.contentType] ?? "", body: body)
        do {
            try await catalogue.keep(
                answer, principal: claim.principal, key: claim.key, fingerprint: fingerprint, at: time.now())
        } catch {
            // What the request asked for is done and durable; to deny that would be the greater error.
            logger.error("An answer could not be kept for its Idempotency-Key: \(error)")
        }
        var response = response
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        return response
    }

    /// Whether the body is a value of moderate size.
    private static func isComparable(_ request: Request) -> Bool {
        // Its answer holds the token itself, which is stored nowhere.
        if request.uri.path == "/tokens" { return false }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBody { return false }
        return (try? BodyDecoder.format(contentType: request.headers[.contentType])) != nil
    }

    /// SHA-256 of method, target and body.
    private static func fingerprint(_ request: Request, _ body: ByteBuffer) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array("\(request.method.rawValue) \(request.uri.string)\n".utf8))
        body.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    private static func replay(_ answer: StoredAnswer) -> Response {
        var response = Response.bytes(
            answer.body, contentType: answer.contentType, status: HTTPResponse.Status(code: answer.status))
        if answer.contentType.isEmpty { response.headers[.contentType] = nil }
        response.headers[.idempotencyReplayed] = "true"
        return response
    }
}

/// The keys of requests under way.
private final class InFlightKeys: Sendable {
    struct Claim: Hashable, Sendable {
        var principal: UniqueID
        var key: String
    }

    private let claims = Mutex<Set<Claim>>([])

    /// - Returns: Whether nobody had it.
    func take(_ claim: Claim) -> Bool { claims.withLock { $0.insert(claim).inserted } }

    func release(_ claim: Claim) { claims.withLock { _ = $0.remove(claim) } }
}

/// Writes a body into memory.
private struct BodyCollector: ResponseBodyWriter {
    final class Content: Sendable {
        private let storage = Mutex<[UInt8]>([])
        var bytes: [UInt8] { storage.withLock { $0 } }
        func append(_ buffer: ByteBuffer) { storage.withLock { $0.append(contentsOf: buffer.readableBytesView) } }
    }

    let content = Content()

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws { content.append(buffer) }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
