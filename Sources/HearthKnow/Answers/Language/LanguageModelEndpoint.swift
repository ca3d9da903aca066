import FoundationEssentials
package import HearthCore

/// Where a language model answers: any server that speaks OpenAI's chat completions, such as Ollama or llama.cpp's.
package struct LanguageModelEndpoint: Sendable, Hashable {
    /// Of the chat completions.
    package let url: String
    package let model: String
    package let key: String?
    /// The longest that one answer may take.
    package let timeout: Duration
    /// The longest that the server may stay silent, also before its first word.
    package let silence: Duration

    /// `base` is HEARTH_LLM_URL: `http://127.0.0.1:11434`, with `/v1` or another path behind it, or the whole URL of the
    /// chat completions.
    /// - Throws: `invalid-value` for a URL that is none of http or https, or an empty model name.
    package init(
        base: String, model: String, key: String?, timeout: Duration = .seconds(120), silence: Duration = .seconds(60)
    ) throws {
        guard let parsed = URL(string: base), let scheme = parsed.scheme?.lowercased(), let host = parsed.host(),
            scheme == "http" || scheme == "https", !host.isEmpty, parsed.query() == nil
        else {
            throw HearthError(
                .invalidValue, "“\(base)” is not the URL of a language model's server.",
                hint: "Give one such as http://127.0.0.1:11434/v1.")
        }
        guard !model.isEmpty else {
            throw HearthError(
                .invalidValue, "The language model has no name.", hint: "Set HEARTH_LLM_MODEL as the server names it.")
        }
        var path = base
        while path.hasSuffix("/") { path.removeLast() }
        if parsed.path().split(separator: "/").isEmpty { path += "/v1" }
        url = path.hasSuffix("/chat/completions") ? path : path + "/chat/completions"
        self.model = model
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.timeout = timeout
        self.silence = silence
    }
}
