import ArgumentParser
import HearthCore

struct NotifyDiscardCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Throw away deliveries that were given up.")

    @Argument(help: "Numbers of deliveries, as `hearth notify dead` shows them.")
    var numbers: [Int64]

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        for number in numbers { try await client.json(.send(.delete, "/notify/deliveries/\(number)")) }
        if connection.json {
            return try context.output.line((["discarded": .integer(Int64(numbers.count))] as JSONValue).prettyText)
        }
        try context.output.line(numbers.count == 1 ? "It is gone." : "They are gone.")
    }
}
