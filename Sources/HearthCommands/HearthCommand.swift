import ArgumentParser
import HearthCore
package import HearthServer

#if canImport(Glibc)
import Glibc
#endif

/// The command line of Hearth.
struct HearthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hearth",
        abstract: "A private intelligence server for one household.",
        discussion: """
            Start it with `hearth serve`, make a device with `hearth devices add`, and send readings. Every command \
            prints tables for people and, with --json, JSON for programs.
            """,
        version: "hearth \(HearthVersion.current)",
        subcommands: [CompletionsCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Server",
                subcommands: [ServeCommand.self, StatusCommand.self, DoctorCommand.self, DemoCommand.self]),
            CommandGroup(
                name: "Library",
                subcommands: [AskCommand.self, SearchCommand.self, AddCommand.self, DocumentsCommand.self]),
            CommandGroup(
                name: "Data",
                subcommands: [
                    SendCommand.self, SpoolCommand.self, StreamsCommand.self, ProcessorsCommand.self,
                    NotifyCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Access",
                subcommands: [DevicesCommand.self, TokensCommand.self, VaultCommand.self, AuditCommand.self]),
        ])

    /// Parses and runs one command line.
    /// - Returns: How the process should end. What went wrong is written to the context's error output.
    static func invoke(_ arguments: [String], in context: CommandContext) async -> CommandStatus {
        do {
            do {
                let command = try parseAsRoot(arguments)
                if let verb = command as? any Verb {
                    try await verb.run(in: context)
                } else {
                    var command = command
                    try command.run()
                }
                return .success
            } catch let error as HearthError {
                try context.errors.write(FailureText.of(error, for: context.errors))
                return .of(error)
            } catch let failure as CheckFailed {
                return failure.status
            } catch let error where !(error is OutputClosed) {
                return try report(error, in: context)
            }
        } catch {
            return .outputClosed
        }
    }

    /// Help, versions and completion scripts are thrown as errors by the parser, as are wrong command lines.
    private static func report(_ error: any Error, in context: CommandContext) throws -> CommandStatus {
        let text = fullMessage(for: error)
        if exitCode(for: error).isSuccess {
            if !text.isEmpty { try context.output.line(text) }
            return .success
        }
        if !text.isEmpty { try context.errors.line(text) }
        return exitCode(for: error) == .validationFailure ? .usage : .software
    }
}

/// The program.
package enum HearthProgram {
    /// Runs the command line of this process and ends it with one of the statuses that `docs/reference/cli.md` lists.
    ///
    /// - Parameter rpc: Makes the server's door for gRPC.
    package static func run(rpc: DoorMaker?) async -> Never {
        // A reader that goes away is noticed where we write to it.
        signal(SIGPIPE, SIG_IGN)
        // What the program writes is for its user alone, databases above all.
        umask(0o077)
        let status = await HearthCommand.invoke(Array(CommandLine.arguments.dropFirst()), in: .process(rpc: rpc))
        exit(status.code)
    }
}

/// A command that does something; those without this only hold others.
protocol Verb: ParsableCommand {
    func run(in context: CommandContext) async throws
}

/// The command did its work and has said what it found; only its status is left to tell.
struct CheckFailed: Error {
    var status: CommandStatus
}
