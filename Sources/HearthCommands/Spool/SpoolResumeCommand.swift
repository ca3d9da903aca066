import ArgumentParser
import HearthCore

struct SpoolResumeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on taking segments in.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        try await connection.client(context).json(.send(.post, "/spool/resume"))
        if connection.json { return try context.output.line((["paused": false] as JSONValue).prettyText) }
        try context.output.line("The spool goes on.")
    }
}
