import ArgumentParser
import HearthCore

struct NotifyDeadCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "List the deliveries that were given up, newest first.")

    @Option(help: "Only of this target.")
    var target: String?

    @Option(help: ArgumentHelp("Deliveries shown.", valueName: "count"))
    var limit = 100

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let page = try await client.json(
            .get("/notify/deliveries", [("state", "dead"), ("target", target), ("limit", String(limit))]))
        let dead = page["items"]?.array ?? []
        if connection.json { return try context.output.line(JSONValue.array(dead).prettyText) }
        guard !dead.isEmpty else { return try context.output.line("Nothing was given up.") }
        try context.output.write(DeliveryTable.text(of: dead, in: context))
        if page["next_cursor"]?.string != nil { try context.output.line("… and more") }
    }
}
