import ArgumentParser

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Show and change what sends readings.",
        subcommands: [
            DevicesListCommand.self, DevicesAddCommand.self, DevicesShowCommand.self, DevicesRenameCommand.self,
            DevicesRemoveCommand.self, DevicesRestoreCommand.self,
        ],
        defaultSubcommand: DevicesListCommand.self)
}
