import ArgumentParser

struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault",
        abstract: "Show what the vault of private values holds, open tokens, and give it a new secret.",
        subcommands: [
            VaultStatusCommand.self, VaultResolveCommand.self, VaultRotateCommand.self, AuditVerifyCommand.self,
        ],
        defaultSubcommand: VaultStatusCommand.self)
}
