import Foundation
import HearthCore
import HearthServer
import Logging
import Testing

@testable import HearthCommands

/// A whole server in this process, on a port and a home of its own, and the command line beside it.
struct RunningHearth {
    let home: String
    let address: ServerAddress
    let application: HearthApplication

    /// Runs a server while `body` needs it.
    static func use(
        environment: [String: String] = [:], rpc: DoorMaker? = nil,
        _ body: @escaping @Sendable (RunningHearth) async throws -> Void
    ) async throws {
        try await TemporaryFolder.useWaiting { folder in
            let home = folder + "/home"
            let application = try await assemble(home: home, environment: environment, rpc: rpc)
            try await application.run(while: { address in
                try await body(RunningHearth(home: home, address: #require(address), application: application))
            })
        }
    }

    static func assemble(
        home: String, environment: [String: String] = [:], rpc: DoorMaker? = nil
    ) async throws -> HearthApplication {
        let variables = ["HEARTH_HOME": home, "HEARTH_PORT": "0"].merging(environment) { _, own in own }
        return try await HearthApplication.assemble(
            settings: Settings(environment: variables),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, rpc: rpc)
    }

    struct Ending {
        var status: CommandStatus
        var output: String
        var errors: String

        var json: JSONValue { (try? JSONValue(parsing: output)) ?? .null }
    }

    /// Runs one command line against the server.
    func hearth(_ arguments: String..., input: String? = nil, environment: [String: String] = [:]) async throws
        -> Ending
    {
        try await Self.hearth(
            arguments, input: input, environment: ["HEARTH_HOME": home].merging(environment) { _, own in own })
    }

    static func hearth(_ arguments: [String], input: String? = nil, environment: [String: String]) async throws
        -> Ending
    {
        let (output, errors) = (MemorySink(), MemorySink())
        var descriptor: Int32 = -1
        var file: FileHandle?
        if let input {
            let path = try TemporaryFolder.make() + "/input"
            try Data(input.utf8).write(to: URL(fileURLWithPath: path))
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            descriptor = file?.fileDescriptor ?? -1
        }
        let context = CommandContext(
            environment: environment, output: Output(sink: output), errors: Output(sink: errors), input: descriptor,
            time: SystemTime())
        let status = await HearthCommand.invoke(arguments, in: context)
        try file?.close()
        return Ending(status: status, output: output.text, errors: errors.text)
    }

    /// A device made through the command line.
    func addDevice(_ name: String, kind: String = "watch") async throws -> (id: String, token: String) {
        let made = try await hearth("devices", "add", name, "--kind", kind, "--json").json
        return (try #require(made["id"]?.string), try #require(made["token"]?.string))
    }
}
