import ArgumentParser
import HearthCore
import OrderedCollections

struct DevicesAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a device and a token for it.",
        discussion: """
            The token lets the device send and read its own readings, and nothing else. It is shown once; Hearth keeps only its \
            digest. `hearth tokens create --role device` makes another.
            """)

    @Argument(help: "Name that a person knows it by.")
    var name: String

    @Option(help: ArgumentHelp("What it is: phone, watch, tablet, desktop, tracker, sensor, …", valueName: "kind"))
    var kind: String

    @Option(help: ArgumentHelp("Its system, as in android-15.", valueName: "platform"))
    var platform: String?

    @Flag(inversion: .prefixedNo, help: "Make a token for the device.")
    var token = true

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        var body: JSONValue = ["name": .string(name), "kind": .string(kind)]
        if let platform { body = body.adding("platform", .string(platform)) }
        let device = try await client.json(.send(.post, "/devices", body))
        let id = device["id"]?.string ?? ""
        var secret: String?
        if token {
            let made = try await client.json(
                .send(.post, "/tokens", ["name": .string(name), "role": "device", "device_id": .string(id)]))
            secret = made["token"]?.string
        }
        if connection.json {
            return try context.output.line(device.adding("token", secret.map { .string($0) } ?? .null).prettyText)
        }
        let output = context.output
        try output.line("\(output.styled(DisplayWidth.printable(name), .bold)) is device \(id)")
        guard let secret else { return }
        try output.line(
            """
            token   \(output.styled(secret, .green))
                    (shown once; it lets the device send its own readings)
            socket  \(client.address.socketDescription)/stream/\(id)

            Try it:
              curl -H 'Authorization: Bearer \(secret)' -H 'Content-Type: application/json' \\
                -d '{"device_id":"\(id)","timestamp":"\(context.time.now())","battery_level":81}' \\
                \(client.address)/sensor/power
            """)
        // What is dialled on this machine is seldom what the certificate is for.
        guard client.address.usesTLS, connection.url == nil else { return }
        try output.line("Elsewhere a name that stands in the certificate goes in place of \(client.address.authority).")
    }
}
