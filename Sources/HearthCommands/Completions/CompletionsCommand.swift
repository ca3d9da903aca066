import ArgumentParser

struct CompletionsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print the completion script of a shell.",
        discussion: "For bash: hearth completions bash >~/.local/share/bash-completion/completions/hearth")

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    func run(in context: CommandContext) async throws {
        try context.output.line(HearthCommand.completionScript(for: shell.kind))
    }
}
