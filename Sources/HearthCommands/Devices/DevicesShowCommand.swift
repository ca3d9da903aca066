import ArgumentParser
import HearthCore
import OrderedCollections

struct DevicesShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one device and what it sent.")

    @Argument(help: "Its name, its id, or the beginning of its id.")
    var device: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let found = try await client.device(device)
        let id = found["id"]?.string ?? ""
        let streams = try await DeviceActivity.read(client)[id]?.streams ?? []
        if connection.json { return try context.output.line(found.adding("streams", .array(streams)).prettyText) }
        let output = context.output
        try output.line(output.styled(DisplayWidth.printable(found["name"]?.string ?? id), .bold))
        for (key, value) in found.object ?? [:] where key != "name" && !value.isNull {
            let text = value.string ?? value.text
            guard text != "{}" else { continue }
            try output.line("  \(key.padded(to: 12)) \(DisplayWidth.printable(text))")
        }
        guard !streams.isEmpty else { return try output.line("It has not sent anything yet.") }
        try output.line()
        var table = Table([
            .init(title: "STREAM"), .init(title: "READINGS", alignment: .right), .init(title: "FIRST"),
            .init(title: "LAST"),
        ])
        for stream in streams {
            table.add([
                .init(stream["stream"]?.string ?? ""), .init(Quantity.grouped(Int(stream["count"]?.int64 ?? 0))),
                .init(stream["first"]?.string ?? ""), .init(stream["last"]?.string ?? ""),
            ])
        }
        try output.write(table.text(for: output))
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - DisplayWidth.of(self))) }
}
