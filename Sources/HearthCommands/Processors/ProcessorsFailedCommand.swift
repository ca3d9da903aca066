import ArgumentParser
import HearthCore

struct ProcessorsFailedCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "failed", abstract: "List the readings that a processor could not work.")

    @Argument(help: "The processor's name.")
    var processor: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let letters = try await client.deadLetters(of: processor)
        if connection.json { return try context.output.line(JSONValue.array(letters).prettyText) }
        guard !letters.isEmpty else { return try context.output.line("\(processor) could work everything.") }
        let now = context.time.now()
        var table = Table([
            .init(title: "FAILED"), .init(title: "STREAM"), .init(title: "READING OF"),
            .init(title: "TRIES", alignment: .right),
            .init(title: "WHY", isFlexible: true), .init(title: "ID"),
        ])
        for letter in letters {
            let failed = letter["last_failed_at"]?.string.flatMap { Timestamp($0) }
            table.add([
                .init(failed.map { Quantity.age(of: $0, at: now) } ?? ""), .init(letter["stream"]?.string ?? ""),
                .init(letter["timestamp"]?.string ?? ""), .init(Quantity.grouped(Int(letter["attempts"]?.int64 ?? 0))),
                .init("\(letter["code"]?.string ?? ""): \(letter["message"]?.string ?? "")"),
                .init(letter["id"]?.string ?? "", .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }
}
