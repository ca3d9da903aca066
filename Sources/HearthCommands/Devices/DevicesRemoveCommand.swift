import ArgumentParser
import HearthCore

struct DevicesRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a device; its readings stay.",
        discussion: "Its tokens stop working. `hearth devices restore` takes the removal back.")

    @Argument(help: "Its name, its id, or the beginning of its id.")
    var device: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let id = try await client.deviceID(device)
        try await client.json(.send(.delete, "/devices/\(id)"))
        if connection.json {
            return try context.output.line((["id": .string(id), "removed": true] as JSONValue).prettyText)
        }
        try context.output.line(
            "Device \(id) is removed. Its readings stay; `hearth devices restore \(id)` brings it back.")
    }
}
