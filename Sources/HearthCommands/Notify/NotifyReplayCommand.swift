import ArgumentParser
import HearthCore

struct NotifyReplayCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Deliver again what was given up.")

    @Argument(help: "Numbers of deliveries, as `hearth notify dead` shows them.")
    var numbers: [Int64] = []

    @Flag(help: "All that were given up.")
    var all = false

    @Option(help: "All of this target.")
    var target: String?

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        let ways = (numbers.isEmpty ? 0 : 1) + (all ? 1 : 0) + (target == nil ? 0 : 1)
        guard ways == 1 else { throw ValidationError("Name numbers, or a --target, or say --all.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        var count = numbers.count
        for number in numbers { try await client.json(.send(.post, "/notify/deliveries/\(number)/replay")) }
        if numbers.isEmpty {
            let body: JSONValue = target.map { ["target": .string($0)] } ?? [:]
            count = Int(try await client.json(.send(.post, "/notify/replay", body))["replayed"]?.int64 ?? 0)
        }
        if connection.json {
            return try context.output.line((["replayed": .integer(Int64(count))] as JSONValue).prettyText)
        }
        let what = count == 1 ? "One delivery goes" : "\(Quantity.grouped(count)) deliveries go"
        try context.output.line("\(what) out again; `hearth notify list` shows what becomes of it.")
    }
}
