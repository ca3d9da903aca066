import AsyncHTTPClient
package import HearthCore
import NIOCore
import NIOHTTP1

/// Asks a language model's server to write answers.
package struct LanguageModelClient: AnswerWriter {
    private let endpoint: LanguageModelEndpoint
    private let http: HTTPClient

    /// Has sockets of its own: `shutdown` closes them.
    package init(endpoint: LanguageModelEndpoint) {
        self.endpoint = endpoint
        var configuration = HTTPClient.Configuration(
            // A redirect would take the key somewhere else.
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .init(endpoint.silence)))
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    package func shutdown() async throws { try await http.shutdown() }

    package func write(_ prompt: AnswerPrompt) -> AsyncThrowingStream<String, any Error> {
        // What can wait is bounded by the bytes that are read of one stream.
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await stream(prompt) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: Self.translated(error))
                }
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    private func stream(_ prompt: AnswerPrompt, tell: (String) -> Void) async throws {
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "text/event-stream, application/json")
        if let key = endpoint.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(ByteBuffer(string: ChatCompletion.request(prompt, model: endpoint.model).text))
        let response = try await http.execute(request, deadline: .now() + TimeAmount(endpoint.timeout))
        guard response.status == .ok else { throw try await Self.refusal(response) }
        if response.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/event-stream") == true {
            try await Self.readEvents(response.body, tell: tell)
        } else {
            tell(try ChatCompletion.whole(try await Self.collect(response.body)))
        }
    }

    private static func readEvents(_ body: HTTPClientResponse.Body, tell: (String) -> Void) async throws {
        var machine = EventStreamMachine()
        for try await buffer in body {
            for data in try machine.add(buffer.readableBytesView) {
                switch try ChatCompletion.event(data) {
                case .text(let text): tell(text)
                case .end: return
                case .other: break
                }
            }
        }
        throw HearthError(
            .modelAnswerUnreadable, "The language model's server ended the stream in the middle of its answer.",
            disposition: .retry)
    }

    private static func collect(_ body: HTTPClientResponse.Body) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in body {
            bytes.append(contentsOf: buffer.readableBytesView)
            guard bytes.count <= LanguageLimits.bodyBytes else {
                throw HearthError(
                    .modelAnswerUnreadable, "The language model's server sent more than an answer can be.",
                    disposition: .retry)
            }
        }
        return bytes
    }

    /// An answer with another status than 200 as an error.
    private static func refusal(_ response: HTTPClientResponse) async throws -> HearthError {
        let complaint = ChatCompletion.complaint((try? await collect(response.body)) ?? [])
        let status = response.status.code
        let said = complaint.map { " It says: \($0)" } ?? ""
        switch status {
        case 429, 503:
            let seconds = response.headers.first(name: "Retry-After").flatMap { Int64($0) }
            let wait = seconds.map { Duration.seconds(min(max($0, 0), longestWaitSeconds)) }
            let when = wait.map { " Try again in \($0.components.seconds) s." } ?? ""
            return HearthError(
                .modelBusy, "The language model's server is busy (\(status)).\(when)\(said)", disposition: .retry,
                retryAfter: wait)
        case 401, 403:
            return HearthError(
                .modelRefused, "The language model's server refused the key (\(status)).\(said)",
                hint: "Check HEARTH_LLM_KEY.")
        case 404:
            return HearthError(
                .modelRefused, "The language model's server knows no such model or path (404).\(said)",
                hint: "Check HEARTH_LLM_MODEL and HEARTH_LLM_URL.")
        case 400..<500:
            return HearthError(.modelRefused, "The language model's server refused the request (\(status)).\(said)")
        case 300..<400:
            return HearthError(
                .modelRefused, "The language model's server points somewhere else (\(status)).",
                hint: "Set HEARTH_LLM_URL to where it points, if you trust that place.")
        default:
            return HearthError(
                .modelUnreachable, "The language model's server failed (\(status)).\(said)", disposition: .retry)
        }
    }

    private static let longestWaitSeconds: Int64 = 86_400

    /// Failures of the network as ours; cancellation stays what it is.
    private static func translated(_ error: any Error) -> any Error {
        if error is HearthError || error is CancellationError { return error }
        if let error = error as? HTTPClientError {
            switch error {
            case .cancelled: return CancellationError()
            case .readTimeout, .deadlineExceeded, .connectTimeout, .writeTimeout:
                return HearthError(
                    .modelTimeout, "The language model's server took too long.", disposition: .retry, cause: error)
            case .remoteConnectionClosed:
                return HearthError(
                    .modelAnswerUnreadable,
                    "The language model's server closed the connection in the middle of its answer.",
                    disposition: .retry, cause: error)
            default: break
            }
        }
        if error is HTTPParserError {
            return HearthError(
                .modelAnswerUnreadable, "The language model's server does not speak HTTP.", disposition: .retry,
                cause: error)
        }
        return HearthError(
            .modelUnreachable, "The language model's server cannot be reached.",
            hint: "Check that it runs and that HEARTH_LLM_URL names it.", disposition: .retry, cause: error)
    }
}
