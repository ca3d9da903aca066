import ArgumentParser
import HearthCore

struct ProcessorsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List processors, how far behind they are and what went wrong last.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        guard let processors = try await client.json(.get("/processors"))["items"]?.array else {
            throw HearthError(.unexpectedAnswer, "The server at \(client.address) gave a list without items.")
        }
        if connection.json { return try context.output.line(JSONValue.array(processors).prettyText) }
        guard !processors.isEmpty else { return try context.output.line("Nothing works in the background.") }
        var table = Table([
            .init(title: "NAME"), .init(title: "STATE"), .init(title: "WAITING", alignment: .right),
            .init(title: "BEHIND", alignment: .right), .init(title: "PER SECOND", alignment: .right),
            .init(title: "FAILED", alignment: .right), .init(title: "LAST ERROR", isFlexible: true),
        ])
        for processor in processors {
            let state = processor["state"]?.string ?? ""
            let lag = Int(processor["lag"]?.int64 ?? 0)
            let failed = Int(processor["dead_letters"]?.int64 ?? 0)
            table.add([
                .init(processor["name"]?.string ?? ""),
                .init(processor["run"]?.isNull ?? true ? state : state + ", again", Self.style(state)),
                .init(Quantity.grouped(lag) + (processor["lag_is_cut"]?.bool ?? false ? "+" : "")),
                .init(lag == 0 ? "" : Quantity.duration(seconds: processor["lag_seconds"]?.double ?? 0)),
                .init(Quantity.fixed(processor["rate_per_second"]?.double ?? 0, digits: 1)),
                .init(Quantity.grouped(failed), failed > 0 ? .red : nil),
                .init(processor["last_error"]?["message"]?.string ?? "", .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }

    private static func style(_ state: String) -> Style? {
        switch state {
        case "idle", "working": .green
        case "blocked", "retrying": .red
        default: .dim
        }
    }
}
