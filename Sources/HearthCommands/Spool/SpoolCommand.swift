import ArgumentParser

struct SpoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool",
        abstract: "Show the folder for segments of readings, write segments, and retry failed ones.",
        subcommands: [
            SpoolStatusCommand.self, SpoolRetryCommand.self, SpoolPackCommand.self, SpoolPauseCommand.self,
            SpoolResumeCommand.self,
        ],
        defaultSubcommand: SpoolStatusCommand.self)
}
