import ArgumentParser
import HearthCore

struct AuditListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List who saw private values, the newest first.")

    @Option(help: ArgumentHelp("Records shown.", valueName: "count"))
    var limit = 50

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1.") }
    }

    func run(in context: CommandContext) async throws {
        let records = try await connection.client(context).items(of: .get("/audit"), limit: limit)
        if connection.json { return try context.output.line(JSONValue.array(records).prettyText) }
        guard !records.isEmpty else { return try context.output.line("Nobody has looked yet.") }
        var table = Table([
            .init(title: "NO", alignment: .right), .init(title: "WHEN"), .init(title: "WHO"), .init(title: "WHAT"),
            .init(title: "VALUES", alignment: .right), .init(title: "WHY", isFlexible: true),
        ])
        for record in records {
            let at = record["at"]?.string.flatMap { Timestamp($0) }
            table.add([
                .init("\(record["sequence"]?.int64 ?? 0)"),
                .init(at.map { Quantity.age(of: $0, at: context.time.now()) } ?? ""),
                .init(record["role"]?.string ?? ""), .init(Self.what(record)),
                .init((record["tokens"] ?? record["count"])?.int64.map { Quantity.grouped(Int($0)) } ?? ""),
                .init(record["purpose"]?.string ?? "", .dim),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }

    private static func what(_ record: JSONValue) -> String {
        let action = record["action"]?.string ?? ""
        guard let stream = record["stream"]?.string else { return action }
        let fields = record["fields"]?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
        return "\(stream): \(fields)"
    }
}
