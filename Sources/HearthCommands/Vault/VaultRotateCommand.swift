import ArgumentParser
import HearthCore

struct VaultRotateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Put a new secret into use and rewrite all tokens in the background.",
        discussion: """
            Readings can be read as before meanwhile. When all are rewritten, the old secret is destroyed, and with it what \
            old copies of vault.db could have told.
            """)

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let answer = try await connection.client(context).json(.send(.post, "/vault/rotation"))
        if connection.json { return try context.output.line(answer.prettyText) }
        try context.output.line(
            "Epoch \(answer["epoch"]?.int64 ?? 0) has begun; `hearth vault status` shows how far rewriting is.")
    }
}
