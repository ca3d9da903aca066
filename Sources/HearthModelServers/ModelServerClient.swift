package import AsyncHTTPClient
import HearthCore
import NIOCore
import NIOHTTP1

/// Asks one model's server, and says in Hearth's words what goes wrong. What is asked and answered is the caller's matter.
package struct ModelServerClient: Sendable {
    package let endpoint: ModelServerEndpoint
    private let http: HTTPClient

    /// Has sockets of its own: `shutdown` closes them.
    package init(endpoint: ModelServerEndpoint) {
        self.endpoint = endpoint
        var configuration = HTTPClient.Configuration(
            // A redirect would take the key somewhere else.
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .init(endpoint.silence)))
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    package func shutdown() async throws { try await http.shutdown() }

    /// Posts `body` and hands over the whole answer.
    /// - Throws: `HearthError` of `ErrorCode.ofModelServers`; `CancellationError`.
    package func answer(
        to body: [UInt8], contentType: String, limit: Int
    ) async throws -> [UInt8] {
        do {
            return try await withinTimeout {
                let response = try await post(body, contentType: contentType, accept: "application/json")
                return try await collect(response.body, limit: limit)
            }
        } catch {
            throw translated(error)
        }
    }

    /// Asks and reads the answer to its end within the endpoint's timeout: a server that sends a word now and then is never
    /// silent, and somebody waits.
    /// - Throws: `model-timeout`, and what `body` throws.
    package func withinTimeout<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: endpoint.timeout)
                throw tooLong(after: nil)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    private func tooLong(after cause: (any Error)?) -> HearthError {
        HearthError(
            .modelTimeout, "The \(endpoint.server.name) took too long.", disposition: .retry, cause: cause)
    }

    /// Posts `body` and hands over an answer whose status is 200, its own body unread.
    /// - Throws: `HearthError` for another status, and what the network throws: see `translated`.
    package func post(_ body: [UInt8], contentType: String, accept: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: contentType)
        request.headers.add(name: "Accept", value: accept)
        if let key = endpoint.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await http.execute(request, deadline: .now() + TimeAmount(endpoint.timeout))
        guard response.status == .ok else {
            let body = (try? await collect(response.body, limit: Self.complaintBytes)) ?? []
            throw refusal(
                Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"), body: body)
        }
        return response
    }

    /// A body of at most `limit` bytes.
    /// - Throws: `model-answer-unreadable` when there are more.
    package func collect(_ body: HTTPClientResponse.Body, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in body {
            bytes.append(contentsOf: buffer.readableBytesView)
            guard bytes.count <= limit else {
                throw HearthError(
                    .modelAnswerUnreadable, "The \(endpoint.server.name) sent more than an answer can be.",
                    hint: "Check that \(endpoint.server.urlSetting) names a server with OpenAI's API.")
            }
        }
        return bytes
    }

    /// Bytes of a refusal that are read for its reason.
    private static let complaintBytes = 64 << 10

    /// Failures of the network as ours; cancellation stays what it is.
    package func translated(_ error: any Error) -> any Error {
        if error is HearthError || error is CancellationError { return error }
        let name = endpoint.server.name
        if let error = error as? HTTPClientError {
            switch error {
            case .cancelled: return CancellationError()
            case .readTimeout, .deadlineExceeded, .connectTimeout, .writeTimeout:
                return tooLong(after: error)
            case .remoteConnectionClosed:
                return cutOff(error)
            default: break
            }
        }
        if let error = error as? HTTPParserError {
            if error == .invalidEOFState { return cutOff(error) }
            return HearthError(
                .modelAnswerUnreadable, "The \(name) does not speak HTTP.", disposition: .retry, cause: error)
        }
        return HearthError(
            .modelUnreachable, "The \(name) cannot be reached.",
            hint: "Check that it runs and that \(endpoint.server.urlSetting) names it.", disposition: .retry,
            cause: error)
    }

    private func cutOff(_ error: any Error) -> HearthError {
        HearthError(
            .modelAnswerUnreadable, "The \(endpoint.server.name) closed the connection in the middle of its answer.",
            disposition: .retry, cause: error)
    }
}
