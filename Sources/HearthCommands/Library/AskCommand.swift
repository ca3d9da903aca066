import ArgumentParser
import HearthCore

struct AskCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask about what is stored; the answer names its sources.",
        discussion: """
            Every sentence of the answer comes with the passage that supports it. When nothing stored answers the \
            question, Hearth says that it does not know and names what is nearest. --session goes on with a \
            conversation: its id is part of the JSON answer.
            """)

    @Argument(help: ArgumentHelp("The question; without quotes, its words are joined.", valueName: "question"))
    var words: [String]

    @Option(help: ArgumentHelp("Conversation to go on with.", valueName: "id"))
    var session: String?

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        var body: JSONValue = ["query": .string(words.joined(separator: " "))]
        if let session { body = body.adding("session", .string(session)) }
        let answer = try await connection.client(context).json(.send(.post, "/chat", body))
        if connection.json { return try context.output.line(answer.prettyText) }
        try AnswerText(answer).write(to: context.output)
    }
}

/// An answer of the server as people read it.
struct AnswerText {
    private let answer: JSONValue

    init(_ answer: JSONValue) { self.answer = answer }

    func write(to output: Output) throws {
        try output.line(output.styled(DisplayWidth.printable(answer["answer"]?.string ?? ""), .bold))
        if let notice = answer["notice"]?.string { try output.line(output.styled(notice, .yellow)) }
        let citations = answer["citations"]?.array ?? []
        for (index, citation) in citations.enumerated() {
            let title = DisplayWidth.printable(citation["title"]?.string ?? "")
            try output.line()
            try output.line("[\(index + 1)] \(output.styled(title, .cyan))")
            try output.line("    “\(DisplayWidth.printable(Self.oneLine(citation["quote"]?.string ?? "")))”")
            if let document = citation["document_id"]?.string {
                try output.line(output.styled("    hearth documents show \(document)", .dim))
            }
        }
        guard answer["answered"]?.bool == false, let nearest = answer["nearest"]?.array, !nearest.isEmpty else {
            return
        }
        try output.line()
        try output.line("The nearest that is stored:")
        for hit in nearest {
            let title = DisplayWidth.printable(hit["title"]?.string ?? "")
            try output.line("  \(title)  \(output.styled(hit["document_id"]?.string ?? "", .dim))")
        }
    }

    /// Passages keep their line ends; a terminal line has none.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
