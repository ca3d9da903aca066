import ArgumentParser
import HearthCore

struct DevicesRestoreCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take back that a device was removed.")

    @Argument(help: "Its name, its id, or the beginning of its id.")
    var device: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let id = try await client.deviceID(device)
        let restored = try await client.json(.send(.post, "/devices/\(id)/restore"))
        if connection.json { return try context.output.line(restored.prettyText) }
        try context.output.line("Device \(id) is back.")
    }
}
