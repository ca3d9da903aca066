import ArgumentParser
import HearthCore

struct VaultResolveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Show what tokens of a stream stand for.",
        discussion: """
            The audit log says that they were asked for. Ends with status 1 when the vault has nothing for one of them.
            """)

    @Argument(help: "The stream.")
    var stream: String

    @Argument(help: "Tokens such as tok_32f60c1a9d3b8e74.")
    var tokens: [String]

    @Option(help: ArgumentHelp("What the audit log says of it.", valueName: "text"))
    var purpose: String?

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let question: JSONValue = [
            "stream": .string(stream), "tokens": .array(tokens.map { .string($0) }),
            "purpose": purpose.map { .string($0) } ?? .null,
        ]
        let answer = try await connection.client(context).json(.send(.post, "/vault/resolution", question))
        let items = answer["items"]?.array ?? []
        if connection.json {
            try context.output.line(answer.prettyText)
        } else {
            var table = Table([
                .init(title: "TOKEN"), .init(title: "FIELD"), .init(title: "VALUE", isFlexible: true),
            ])
            for item in items {
                let field = item["field"]?.string
                let value = item["value"].map { $0.string ?? $0.text } ?? ""
                table.add([
                    .init(item["token"]?.string ?? ""), .init(field ?? ""),
                    field == nil ? .init("the vault has nothing for it", .yellow) : .init(value),
                ])
            }
            try context.output.write(table.text(for: context.output))
        }
        if items.contains(where: { $0["field"]?.string == nil }) { throw CheckFailed(status: .failure) }
    }
}
