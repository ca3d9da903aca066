import ArgumentParser
import HearthCore

struct ProcessorsRunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Work what waits now, or everything from a time on again.")

    @Argument(help: "The processor's name.")
    var processor: String

    @Option(help: "Work again what was taken since then; its outputs are replaced.")
    var from: String?

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let time = try from.map { try TimeArgument.read($0, now: context.time.now()) }
        let body = time.map { time -> JSONValue in ["from": .string(time.description)] }
        let answer = try await client.json(
            .send(.post, "/processors/\(PercentEncoding.encode(processor))/run", body))
        if connection.json { return try context.output.line(answer.prettyText) }
        guard let time else {
            let lag = Int(answer["lag"]?.int64 ?? 0)
            return try context.output.line(
                lag == 0
                    ? "Nothing waits for \(processor)." : "\(processor) works: \(Quantity.grouped(lag)) readings wait.")
        }
        try context.output.line(
            "\(processor) works everything since \(time) again. `hearth processors` shows when it is done.")
    }
}
