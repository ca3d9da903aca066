import ArgumentParser
import HearthCore

struct DevicesRenameCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "Give a device another name.")

    @Argument(help: "Its name, its id, or the beginning of its id.")
    var device: String

    @Argument(help: "The new name.")
    var name: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let id = try await client.deviceID(device)
        let changed = try await client.json(.send(.patch, "/devices/\(id)", ["name": .string(name)]))
        if connection.json { return try context.output.line(changed.prettyText) }
        try context.output.line(
            "Device \(id) is called \(DisplayWidth.printable(changed["name"]?.string ?? name)) now.")
    }
}
