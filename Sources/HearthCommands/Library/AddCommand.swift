import ArgumentParser
import HearthCollect
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

struct AddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add files, folders and pages to what is stored.",
        discussion: """
            Mails (.eml, mbox), pages, PDFs, Markdown and texts become documents; recordings are listened to, pictures \
            are read. Folders are taken with everything below them. What was added before is not sent again, so an \
            import that broke off is simply started again. A text that was moved or renamed stays the document that it \
            was, and a copy beside the original is no second one.
            """, aliases: ["import"])

    @Argument(
        help: ArgumentHelp("Files, folders, and addresses of public pages.", valueName: "file|folder|url"),
        completion: .file())
    var places: [String]

    @Option(help: ArgumentHelp("What to call the source of these documents.", valueName: "name"))
    var source: String?

    @Flag(help: "Send also what was added before: what was forgotten since comes back.")
    var again = false

    @Flag(help: "Look and report, but send nothing.")
    var dryRun = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let isAddress = { (place: String) in place.hasPrefix("http://") || place.hasPrefix("https://") }
        // Of other kinds of addresses there is none that could be fetched.
        if let other = places.first(where: { $0.contains("://") && !isAddress($0) }) {
            throw HearthError(
                .invalidArgument, "\(DisplayWidth.printable(other)) is no address that is fetched.",
                hint: "Pages are fetched over http and https; name files by their paths.")
        }
        let plan = ImportPlan.of(places.filter { !isAddress($0) })
        if dryRun { return try show(plan, context) }
        let settings = try connection.settings(context)
        let client = try connection.client(context)
        let journals = settings.home + "/imports"
        try LocalFile.makeFolder(journals)
        let painter = ImportPainter(context.errors, plan)
        let sender = FileSender(client: client, source: source) { painter.note(sent: $0) }
        let journal = try ImportJournal(path: journals + "/\(client.address.fileName)")
        var importer = Importer(journal: journal, again: again) { try await sender.send($0, digest: $1) }
        var report = try await importer.run(plan) { painter.note($0) }
        try painter.clear()
        for address in places.filter(isAddress) {
            report.results.append(ImportResult(path: address, outcome: await sender.send(page: address)))
        }
        try tell(report, context)
        guard report.failed + report.notUnderstood == 0 else { throw CheckFailed(status: .data) }
    }

    private func show(_ plan: ImportPlan, _ context: CommandContext) throws {
        let items = plan.items.map { item in
            ["path": .string(item.path), "kind": .string(item.route.rawValue), "bytes": .integer(Int64(item.size))]
                as JSONValue
        }
        let skipped = plan.skipped.map { ["path": .string($0.path), "reason": .string($0.reason)] as JSONValue }
        if connection.json {
            let value: JSONValue = ["items": .array(items), "skipped": .array(skipped)]
            return try context.output.line(value.prettyText)
        }
        for item in plan.items {
            try context.output.line("\(item.route.rawValue)  \(DisplayWidth.printable(item.path))")
        }
        for item in plan.skipped {
            try context.output.line("skipped  \(DisplayWidth.printable(item.path)): \(item.reason)")
        }
    }

    private func tell(_ report: ImportReport, _ context: CommandContext) throws {
        if connection.json { return try context.output.line(report.value.prettyText) }
        for result in report.results {
            guard let reason = result.outcome.reason else { continue }
            try context.output.line("\(DisplayWidth.printable(result.path)): \(reason)")
        }
        var parts = ["\(Quantity.grouped(report.done)) added"]
        if report.alreadyThere > 0 { parts.append("\(Quantity.grouped(report.alreadyThere)) were there already") }
        if report.sentBefore > 0 {
            parts.append("\(Quantity.grouped(report.sentBefore)) sent before (--again sends them once more)")
        }
        if report.notUnderstood > 0 { parts.append("\(Quantity.grouped(report.notUnderstood)) not understood") }
        if report.failed > 0 { parts.append("\(Quantity.grouped(report.failed)) failed; run it again") }
        if report.hidden > 0 { parts.append("\(Quantity.grouped(report.hidden)) hidden files passed over") }
        try context.output.line(parts.joined(separator: ", ") + ".")
    }
}

extension ImportOutcome {
    /// A sentence where something is to be said.
    fileprivate var reason: String? {
        switch self {
        case .done, .alreadyThere, .sentBefore: nil
        case .notUnderstood(let reason), .failed(let reason): reason
        }
    }

    fileprivate var word: String {
        switch self {
        case .done: "added"
        case .alreadyThere: "already_there"
        case .sentBefore: "sent_before"
        case .notUnderstood: "not_understood"
        case .failed: "failed"
        }
    }
}

extension ImportReport {
    fileprivate var value: JSONValue {
        [
            "added": .integer(Int64(done)), "already_there": .integer(Int64(alreadyThere)),
            "sent_before": .integer(Int64(sentBefore)),
            "not_understood": .integer(Int64(notUnderstood)), "failed": .integer(Int64(failed)),
            "hidden": .integer(Int64(hidden)),
            "items": .array(
                results.map { result in
                    [
                        "path": .string(result.path), "outcome": .string(result.outcome.word),
                        "reason": result.outcome.reason.map(JSONValue.string) ?? .null,
                    ]
                }),
        ]
    }
}

extension ServerAddress {
    /// Names the journal of what this server was sent.
    fileprivate var fileName: String {
        String(description.map { $0.isLetter || $0.isNumber ? $0 : "-" }) + ".journal"
    }
}
