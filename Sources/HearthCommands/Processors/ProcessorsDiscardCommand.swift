import ArgumentParser
import HearthCore

struct ProcessorsDiscardCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Give up on readings that a processor could not work; they stay in their streams.")

    @Argument(help: "The processor's name.")
    var processor: String

    @Argument(help: "The dead letter's id, its beginning or its end.")
    var letter: String?

    @Flag(help: "All of the processor's dead letters.")
    var all = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let ids = try await client.forEachDeadLetter(of: processor, letter, all: all) { path in
            try await client.json(.send(.delete, path))
        }
        if connection.json {
            return try context.output.line((["ids": .array(ids.map { .string($0) })] as JSONValue).prettyText)
        }
        let what = ids.count == 1 ? "one reading" : "\(Quantity.grouped(ids.count)) readings"
        try context.output.line("\(processor) gives up on \(what).")
    }
}
