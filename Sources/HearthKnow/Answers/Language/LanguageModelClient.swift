import AsyncHTTPClient
import HearthCore
package import HearthModelServers
import NIOCore
import NIOHTTP1

/// Asks a language model's server to write answers.
package struct LanguageModelClient: AnswerWriter {
    private let server: ModelServerClient

    /// Has sockets of its own: `shutdown` closes them.
    package init(endpoint: ModelServerEndpoint) { server = ModelServerClient(endpoint: endpoint) }

    package func shutdown() async throws { try await server.shutdown() }

    package func write(_ prompt: AnswerPrompt) -> AsyncThrowingStream<String, any Error> {
        // What can wait is bounded by the bytes that are read of one stream.
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await server.withinTimeout { try await stream(prompt) { continuation.yield($0) } }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: server.translated(error))
                }
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    private func stream(_ prompt: AnswerPrompt, tell: (String) -> Void) async throws {
        let request = ChatCompletion.request(prompt, model: server.endpoint.model)
        let response = try await server.post(
            Array(request.text.utf8), contentType: "application/json", accept: "text/event-stream, application/json")
        if response.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/event-stream") == true {
            try await Self.readEvents(response.body, tell: tell)
        } else {
            tell(try ChatCompletion.whole(try await server.collect(response.body, limit: LanguageLimits.bodyBytes)))
        }
    }

    private static func readEvents(_ body: HTTPClientResponse.Body, tell: (String) -> Void) async throws {
        var machine = EventStreamMachine()
        var (isCompletion, isForeign) = (false, false)
        for try await buffer in body {
            for data in try machine.add(buffer.readableBytesView) {
                switch try ChatCompletion.event(data) {
                case .text(let text):
                    isCompletion = true
                    tell(text)
                case .end: return
                case .other: isCompletion = true
                case .foreign: isForeign = true
                }
            }
        }
        if isForeign, !isCompletion { throw ChatCompletion.noCompletion }
        throw HearthError(
            .modelAnswerUnreadable, "The language model's server ended the stream in the middle of its answer.",
            disposition: .retry)
    }
}

extension ModelServer {
    /// Any server that speaks OpenAI's chat completions, such as Ollama or llama.cpp's.
    package static let languageModel = ModelServer(
        name: "language model's server", path: "chat/completions", urlSetting: "HEARTH_LLM_URL",
        modelSetting: "HEARTH_LLM_MODEL", keySetting: "HEARTH_LLM_KEY")
}
