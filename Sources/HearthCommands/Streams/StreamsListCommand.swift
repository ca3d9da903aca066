import ArgumentParser
import HearthCore

struct StreamsListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List streams with what they hold.")

    @Flag(help: "Show streams without readings too.")
    var all = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let streams = try await client.streams()
        if connection.json { return try context.output.line(JSONValue.array(streams).prettyText) }
        let shown = all ? streams : streams.filter { Self.count(of: $0) > 0 }
        guard !shown.isEmpty else {
            return try context.output.line(
                "Nothing is stored yet in any of the \(streams.count) streams; --all lists them.")
        }
        var table = Table([
            .init(title: "STREAM"), .init(title: "READINGS", alignment: .right), .init(title: "LAST"),
            .init(title: "KEPT"),
            .init(title: "WHAT IT IS", isFlexible: true),
        ])
        for stream in shown {
            let last = stream["last"]?.string.flatMap { Timestamp($0) }
            table.add([
                .init(stream["stream"]?.string ?? "", .bold), .init(Quantity.grouped(Self.count(of: stream))),
                .init(last.map { Quantity.age(of: $0, at: context.time.now()) } ?? ""),
                .init(stream["retention_days"]?.int64.map { "\($0) d" } ?? "for ever"),
                .init(stream["title"]?.string ?? "", .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
        if !all, shown.count < streams.count {
            try context.errors.line("\(streams.count - shown.count) more hold nothing; --all lists them.")
        }
    }

    private static func count(of stream: JSONValue) -> Int { Int(stream["count"]?.int64 ?? 0) }
}
