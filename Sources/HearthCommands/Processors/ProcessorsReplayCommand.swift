import ArgumentParser
import HearthCore

struct ProcessorsReplayCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Work readings again that a processor could not work.")

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
            try await client.json(.send(.post, path + "/replay"))
        }
        if connection.json {
            return try context.output.line((["ids": .array(ids.map { .string($0) })] as JSONValue).prettyText)
        }
        let what = ids.count == 1 ? "one reading" : "\(Quantity.grouped(ids.count)) readings"
        try context.output.line(
            "\(processor) works \(what) again; what fails again stays in `hearth processors failed`.")
    }
}
