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
        if connection.json { return try context.output.line(JSONValue.array(devices).prettyText) }
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
            let isRemoved = !(device["deleted_at"]?.isNull ?? true)
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

/// When a device was last heard of, and how much it sent.
struct DeviceActivity {
    var lastSeen: Timestamp?
    var readings: Int

    /// By device id.
    static func read(_ client: ServerClient) async throws -> [String: DeviceActivity] {
        var found: [String: DeviceActivity] = [:]
        for item in try await client.items(of: .get("/devices/activity")) {
            guard let id = item["device_id"]?.string ?? item["id"]?.string else { continue }
            let streams = item["streams"]?.array ?? []
            found[id] = DeviceActivity(
                lastSeen: item["last_seen"]?.string.flatMap { Timestamp($0) },
                readings: Int(streams.reduce(0) { $0 + ($1["count"]?.int64 ?? 0) }))
        }
        return found
    }
}
