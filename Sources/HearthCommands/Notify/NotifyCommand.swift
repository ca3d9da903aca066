import ArgumentParser

struct NotifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Show the targets of webhooks, try their templates, and deliver again what was given up.",
        subcommands: [
            NotifyListCommand.self, NotifyTestCommand.self, NotifyDeadCommand.self, NotifyReplayCommand.self,
            NotifyDiscardCommand.self, NotifyKeyCommand.self,
        ],
        defaultSubcommand: NotifyListCommand.self)
}
