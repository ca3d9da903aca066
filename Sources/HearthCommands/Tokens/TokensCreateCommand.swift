import ArgumentParser
import HearthCore

struct TokensCreateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token and show it once.",
        discussion: """
            Roles: owner (everything), member (a person's own), guardian, device (writes its own readings), service \
            (another program that acts for a person), auditor (metrics and health alone).
            """)

    @Argument(help: "Name that says what it is for.")
    var name: String

    @Option(help: ArgumentHelp("What it may do.", valueName: "role"))
    var role: TokenRole

    @Option(
        help: ArgumentHelp(
            "The device that will hold it, by name or id; needed for the role device.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("Streams it is confined to, separated by commas.", valueName: "names"))
    var streams: String?

    @Option(help: ArgumentHelp("When it ends: a time, or an age as in 90d.", valueName: "time"))
    var expires: String?

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        if role == .device, device == nil { throw ValidationError("The role device needs --device.") }
        let client = try connection.client(context)
        var body: JSONValue = ["name": .string(name), "role": .string(role.rawValue)]
        if let device { body = body.adding("device_id", .string(try await client.deviceID(device))) }
        if let streams {
            body = body.adding(
                "streams",
                .array(streams.split(separator: ",").map { .string(String($0).trimmingSuffix(while: \.isWhitespace)) }))
        }
        if let expires {
            let end = try TimeArgument.read(expires, now: context.time.now(), direction: .future)
            body = body.adding("expires_at", .string(end.description))
        }
        let made = try await client.json(.send(.post, "/tokens", body))
        if connection.json { return try context.output.line(made.prettyText) }
        let output = context.output
        try output.line(output.styled(made["token"]?.string ?? "", .green))
        try context.errors.line("Shown once. Revoke it with `hearth tokens revoke \(made["id"]?.string ?? "")`.")
    }
}

/// What a token may do.
enum TokenRole: String, ExpressibleByArgument, CaseIterable {
    case owner, member, guardian, device, service, auditor
}
