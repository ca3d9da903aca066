import ArgumentParser
import HearthCore

struct SearchCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find passages in what is stored, best first.")

    @Argument(help: ArgumentHelp("What to look for; without quotes, words are joined.", valueName: "words"))
    var words: [String]

    @Option(help: ArgumentHelp("How many passages at most.", valueName: "count"))
    var limit = 10

    @Option(help: ArgumentHelp("How passages are ranked: hybrid, dense or text.", valueName: "mode"))
    var mode: String?

    @Option(help: ArgumentHelp("Only of this source, as in mail.", valueName: "source"))
    var source: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only of this kind: note, mail, page, pdf, transcript, screenshot or file.", valueName: "kind"))
    var kind: [String] = []

    @Option(help: ArgumentHelp("Not before: a time, a day, or a distance as 7d.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Before: a time, a day, or a distance as 7d.", valueName: "time"))
    var to: String?

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit is from 1 to 100.") }
    }

    func run(in context: CommandContext) async throws {
        let now = context.time.now()
        var query: [(String, String?)] = [
            ("q", words.joined(separator: " ")), ("k", String(limit)), ("mode", mode),
        ]
        query += source.map { ("source", $0) } + kind.map { ("kind", $0) }
        query.append(("from", try from.map { try TimeArgument.read($0, now: now).description }))
        query.append(("to", try to.map { try TimeArgument.read($0, now: now).description }))
        let answer = try await connection.client(context).json(.get("/search", query))
        if connection.json { return try context.output.line(answer.prettyText) }
        let output = context.output
        let hits = answer["hits"]?.array ?? []
        if hits.isEmpty { return try output.line("Nothing is found.") }
        if mode != "text", answer["mode"]?.string == "text" {
            try context.errors.line(
                "Ranked by words alone: there is no model, or it cannot be used yet. `hearth doctor` says what to do.")
        }
        for (index, hit) in hits.enumerated() {
            let title = DisplayWidth.printable(hit["title"]?.string ?? "")
            let day = (hit["timestamp"]?.string ?? "").prefix(10)
            let place = "\(hit["kind"]?.string ?? ""), \(day)"
            try output.line("\(index + 1). \(output.styled(title, .cyan))  \(output.styled(place, .dim))")
            let text = AnswerText.oneLine(hit["text"]?.string ?? "")
            try output.line("   " + DisplayWidth.fit(DisplayWidth.printable(text), (output.width ?? 400) - 4))
        }
    }
}
