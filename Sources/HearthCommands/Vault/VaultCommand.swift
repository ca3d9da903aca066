import ArgumentParser

struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Show what the vault of private values holds, and give it a new secret.",
        subcommands: [VaultStatusCommand.self, VaultRotateCommand.self], defaultSubcommand: VaultStatusCommand.self)
}
