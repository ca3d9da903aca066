import ArgumentParser
import HearthCore

struct TokensRevokeCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Make a token useless.")

    @Argument(help: "Its id, the beginning of its id, or its name.")
    var token: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let now = context.time.now()
        let active = try await client.items(of: .get("/tokens")).filter {
            TokensListCommand.state(of: $0, at: now) == "active"
        }
        let wanted = token.lowercased()
        let found = active.filter { item in
            let id = item["id"]?.string ?? ""
            return id == wanted || wanted.count >= 4 && id.hasPrefix(wanted)
                || item["name"]?.string?.lowercased() == wanted
        }
        guard let id = found.first?["id"]?.string else {
            throw HearthError(
                .notFound, "There is no active token \(token).", hint: "`hearth tokens list` shows them all.")
        }
        guard found.count == 1 else {
            let ids = found.compactMap { $0["id"]?.string }.joined(separator: ", ")
            throw HearthError(.conflict, "\(token) could be several tokens: \(ids).", hint: "Name it by its id.")
        }
        try await client.json(.send(.delete, "/tokens/\(id)"))
        if connection.json {
            return try context.output.line((["id": .string(id), "revoked": true] as JSONValue).prettyText)
        }
        try context.output.line("Token \(id) is revoked.")
    }
}
