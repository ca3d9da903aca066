import ArgumentParser
import HearthCore

struct StreamsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams", abstract: "Show streams and read what they hold.",
        subcommands: [
            StreamsListCommand.self, StreamsShowCommand.self, StreamsReadCommand.self, StreamsAggregateCommand.self,
        ],
        defaultSubcommand: StreamsListCommand.self)
}

/// Which readings of a stream are meant.
struct ReadingSelection: ParsableArguments {
    @Option(help: ArgumentHelp("Only of this device, by name or id.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("From this time on: RFC 3339, a day, yesterday, 6h, 7d.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var to: String?

    /// The query parameters that say the same.
    func query(_ client: ServerClient, now: Timestamp) async throws -> [(String, String?)] {
        var id: String?
        if let device { id = try await client.deviceID(device) }
        return [
            ("device_id", id), ("from", try from.map { try TimeArgument.read($0, now: now).description }),
            ("to", try to.map { try TimeArgument.read($0, now: now).description }),
        ]
    }
}
