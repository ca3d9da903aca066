import ArgumentParser
import HearthCore

struct DocumentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "documents", abstract: "List, read and forget documents.",
        subcommands: [DocumentsListCommand.self, DocumentsShowCommand.self, DocumentsForgetCommand.self],
        defaultSubcommand: DocumentsListCommand.self)
}

struct DocumentsListCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List documents, newest first.")

    @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
    var limit = 50

    @Option(help: ArgumentHelp("Only of this kind.", valueName: "kind"))
    var kind: [String] = []

    @Option(help: ArgumentHelp("Only of this source.", valueName: "source"))
    var source: [String] = []

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is from 1 to 100000.") }
    }

    func run(in context: CommandContext) async throws {
        let query = kind.map { ("kind", Optional($0)) } + source.map { ("source", Optional($0)) }
        let items = try await connection.client(context).items(of: .get("/documents", query), limit: limit)
        if connection.json { return try context.output.line(JSONValue.array(items).prettyText) }
        guard !items.isEmpty else {
            return try context.output.line("There are no documents yet. `hearth add FILE` adds some.")
        }
        var table = Table([
            .init(title: "ID"), .init(title: "KIND"), .init(title: "TIME"), .init(title: "TITLE"),
        ])
        for item in items {
            table.add([
                .init(item["id"]?.string ?? ""), .init(item["kind"]?.string ?? ""),
                .init(String((item["timestamp"]?.string ?? "").prefix(16))),
                .init(DisplayWidth.printable(item["title"]?.string ?? "")),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }
}

struct DocumentsShowCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Print a document's text.")

    @Argument(help: "Its id.")
    var id: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let path = "/documents/" + PercentEncoding.encode(id)
        let document = try await connection.client(context).json(.get(path))
        if connection.json { return try context.output.line(document.prettyText) }
        let output = context.output
        try output.line(output.styled(DisplayWidth.printable(document["title"]?.string ?? "Untitled"), .bold))
        let source = document["source"]?["name"]?.string ?? ""
        let place = "\(document["kind"]?.string ?? "") from \(source), \(document["timestamp"]?.string ?? "")"
        try output.line(output.styled(place, .dim))
        try output.line()
        let lines = (document["text"]?.string ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { try output.line(DisplayWidth.printable(String(line))) }
    }
}

struct DocumentsForgetCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Forget a document everywhere; this cannot be undone.")

    @Argument(help: "Its id.")
    var id: String

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let path = "/documents/" + PercentEncoding.encode(id)
        try await connection.client(context).json(.send(.delete, path))
        if connection.json { return try context.output.line((["forgotten": .string(id)] as JSONValue).text) }
        try context.output.line("Forgot \(id)")
    }
}
