import ArgumentParser
import HearthCore

struct DevicesListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List devices and when they were last heard of.")

    @Flag(help: "Show removed devices too.")
    var all = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let devices = try await client.items(of: .get("/devices", [("include_deleted", all ? "true" : nil)]))
        if connection.json {
            let activity = devices.isEmpty ? [:] : try await DeviceActivity.read(client)
            let described = devices.map { device in
                let seen = device["id"]?.string.flatMap { activity[$0] }
                return device.adding("last_seen", seen?.lastSeen.map { .string($0.description) } ?? .null)
                    .adding("readings", .integer(Int64(seen?.readings ?? 0)))
            }
            return try context.output.line(JSONValue.array(described).prettyText)
        }
        guard !devices.isEmpty else {
            return try context.output.line("There is no device yet. `hearth devices add NAME --kind phone` makes one.")
        }
        let activity = try await DeviceActivity.read(client)
        var table = Table([
            .init(title: "NAME", isFlexible: true), .init(title: "KIND"), .init(title: "LAST SEEN"),
            .init(title: "READINGS", alignment: .right), .init(title: "ID"),
        ])
        for device in devices {
            let id = device["id"]?.string ?? ""
            let isRemoved = device["deleted"]?.bool ?? false
            let seen = activity[id]
            table.add([
                .init(device["name"]?.string ?? "", isRemoved ? .dim : nil),
                .init(isRemoved ? "removed" : device["kind"]?.string ?? "", isRemoved ? .red : nil),
                .init(seen?.lastSeen.map { Quantity.age(of: $0, at: context.time.now()) } ?? "never"),
                .init(Quantity.grouped(seen?.readings ?? 0)), .init(id, .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }
}
