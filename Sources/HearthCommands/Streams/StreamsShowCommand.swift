import ArgumentParser
import HearthCore
import OrderedCollections

struct StreamsShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the fields of a stream.")

    @Argument(help: "Its name or another name it goes by.")
    var stream: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let schema = try await client.json(.get("/schemas/\(PercentEncoding.encode(stream))"))
        if connection.json { return try context.output.line(schema.prettyText) }
        let output = context.output
        try output.line(output.styled(schema["title"]?.string ?? stream, .bold))
        if let text = schema["description"]?.string { try output.line(text) }
        let block = schema["x-hearth"]
        let aliases = block?["aliases"]?.array?.compactMap(\.string) ?? []
        if let path = block?["path"]?.string { try output.line("  endpoint  POST \(path)") }
        if !aliases.isEmpty { try output.line("  also      \(aliases.joined(separator: ", "))") }
        if let kept = block?["retention"]?.string { try output.line("  kept      \(kept)") }
        try output.line()
        let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
        let marks = Dictionary(
            ["private", "personal"].flatMap { mark in
                (block?[mark]?.array ?? []).compactMap(\.string).map { ($0, "(\(mark)) ") }
            }, uniquingKeysWith: { first, _ in first })
        var table = Table([
            .init(title: "FIELD"), .init(title: "TYPE"), .init(title: "VALUES"), .init(title: "", isFlexible: true),
        ])
        for (name, field) in schema["properties"]?.object ?? [:] {
            table.add([
                .init(name + (required.contains(name) ? " *" : ""), .bold), .init(Self.type(of: field)),
                .init(Self.range(of: field)),
                .init((marks[name] ?? "") + (field["description"]?.string ?? ""), .dim),
            ])
        }
        try output.write(table.text(for: output))
        try output.line("* required")
    }

    private static func type(of field: JSONValue) -> String {
        field["type"]?.string ?? field["type"]?.array?.compactMap(\.string).joined(separator: " or ") ?? "any"
    }

    private static func range(of field: JSONValue) -> String {
        if let values = field["enum"]?.array { return values.map { $0.string ?? $0.text }.joined(separator: ", ") }
        let lower = field["minimum"].map { "≥ \($0.text)" } ?? field["exclusiveMinimum"].map { "> \($0.text)" }
        let upper = field["maximum"].map { "≤ \($0.text)" } ?? field["exclusiveMaximum"].map { "< \($0.text)" }
        let length = field["maxLength"].map { "≤ \($0.text) characters" }
        return [lower, upper, length].compactMap { $0 }.joined(separator: ", ")
    }
}
