import ArgumentParser
import HearthCore

struct TokensListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens by name; the tokens themselves are not kept.")

    @Flag(help: "Show revoked and expired tokens too.")
    var all = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let now = context.time.now()
        let tokens = try await client.items(
            of: .get("/tokens", [("include_revoked", all ? "true" : nil)])
        ).filter { all || Self.state(of: $0, at: now) == "active" }
        if connection.json { return try context.output.line(JSONValue.array(tokens).prettyText) }
        guard !tokens.isEmpty else { return try context.output.line("There is no token but the owner's.") }
        var table = Table([
            .init(title: "NAME", isFlexible: true), .init(title: "ROLE"), .init(title: "STREAMS", isFlexible: true),
            .init(title: "STATE"), .init(title: "MADE"), .init(title: "ID"),
        ])
        for token in tokens {
            let state = Self.state(of: token, at: now)
            let streams = token["streams"]?.array?.compactMap(\.string).joined(separator: ", ") ?? "all"
            table.add([
                .init(token["name"]?.string ?? ""), .init(token["role"]?.string ?? ""), .init(streams),
                .init(state, state == "active" ? .green : .dim),
                .init(
                    token["created_at"]?.string.flatMap { Timestamp($0) }.map { Quantity.age(of: $0, at: now) } ?? ""),
                .init(token["id"]?.string ?? "", .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }

    static func state(of token: JSONValue, at now: Timestamp) -> String {
        if token["revoked_at"]?.string != nil { return "revoked" }
        if let end = token["expires_at"]?.string.flatMap({ Timestamp($0) }), end <= now { return "expired" }
        return "active"
    }
}
