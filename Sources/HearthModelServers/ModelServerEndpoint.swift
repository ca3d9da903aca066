import FoundationEssentials
package import HearthCore

/// Where a model's server is asked: any that speaks OpenAI's API.
package struct ModelServerEndpoint: Sendable, Hashable {
    package let server: ModelServer
    /// With the server's path.
    package let url: String
    package let model: String
    package let key: String?
    /// The longest that one answer may take, to its last byte. A command waits two minutes for the server, which has work of its
    /// own besides.
    package let timeout: Duration
    /// The longest that the server may stay silent, also before its first word.
    package let silence: Duration

    /// - Parameter base: As a person sets it: `http://127.0.0.1:11434`, with `/v1` or another path behind it, or the whole
    ///   URL of what is asked.
    /// - Throws: `invalid-value` for a URL that is none of http or https, or an empty model name.
    package init(
        _ server: ModelServer, base: String, model: String, key: String?, timeout: Duration = .seconds(90),
        silence: Duration = .seconds(60)
    ) throws(HearthError) {
        guard let parsed = URL(string: base), let scheme = parsed.scheme?.lowercased(), let host = parsed.host(),
            scheme == "http" || scheme == "https", !host.isEmpty, parsed.query() == nil
        else {
            throw HearthError(
                .invalidValue, "“\(base)” is not the URL of a \(server.name).",
                hint: "Set \(server.urlSetting) to one such as http://127.0.0.1:11434/v1.")
        }
        guard !model.isEmpty else {
            throw HearthError(
                .invalidValue, "The \(server.name) needs the name of a model.",
                hint: "Set \(server.modelSetting) as the server names it.")
        }
        var path = base
        while path.hasSuffix("/") { path.removeLast() }
        if parsed.path().split(separator: "/").isEmpty { path += "/v1" }
        url = path.hasSuffix("/" + server.path) ? path : path + "/" + server.path
        self.server = server
        self.model = model
        self.key = key.flatMap { $0.isEmpty ? nil : $0 }
        self.timeout = timeout
        self.silence = silence
    }
}
