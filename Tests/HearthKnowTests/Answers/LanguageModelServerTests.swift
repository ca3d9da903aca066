import Foundation
import HearthCore
import HearthKnow
import HearthModelServers
import Testing

/// Against a real server, which `make check-llm` starts. What the model writes may be nonsense: the wire is what is tried.
struct LanguageModelServerTests {
    private static let url = ProcessInfo.processInfo.environment["HEARTH_CHECK_LLM_URL"]

    @Test(.enabled(if: url != nil, "HEARTH_CHECK_LLM_URL is not set: run make check-llm"))
    func `a real server's stream is understood to its end`() async throws {
        let endpoint = try ModelServerEndpoint(.languageModel, base: try #require(Self.url), model: "default", key: nil)
        let client = LanguageModelClient(endpoint: endpoint)
        let answer = try await AnswerFixture.use { fixture in
            try await fixture.ask("Who serviced the boiler?", writer: client)
        }
        try await client.shutdown()
        #expect(answer.answered)
        // Anything that went wrong on the wire begins this way.
        #expect(answer.notice?.contains("could not be used") != true, "\(answer.notice ?? "")")
        #expect(answer.notice?.contains("incomplete") != true, "\(answer.notice ?? "")")
    }
}
