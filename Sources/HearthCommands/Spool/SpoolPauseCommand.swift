import ArgumentParser
import HearthCore

struct SpoolPauseCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop taking segments in, also over restarts.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        try await connection.client(context).json(.send(.post, "/spool/pause"))
        if connection.json { return try context.output.line((["paused": true] as JSONValue).prettyText) }
        try context.output.line("The spool is paused; `hearth spool resume` lets it go on.")
    }
}
