import ArgumentParser
import HearthCore
import NIOCore
import OrderedCollections

struct StreamsReadCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Print readings, the newest first.",
        discussion:
            "A table and --json end after 20 readings unless --limit says otherwise; --ndjson and --csv print all.")

    @Argument(help: "Name of the stream.")
    var stream: String

    @OptionGroup var selection: ReadingSelection

    @Option(help: ArgumentHelp("Readings to print; 0 is all.", valueName: "count"))
    var limit: Int?

    @Flag(help: "Print the oldest first.")
    var oldestFirst = false

    @Flag(help: "Print one JSON object per line.")
    var ndjson = false

    @Flag(help: "Print comma-separated values under a heading.")
    var csv = false

    @OptionGroup var connection: ClientOptions

    private static let usualLimit = 20

    func validate() throws {
        guard [ndjson, csv, connection.json].count(where: { $0 }) <= 1 else {
            throw ValidationError("--json, --ndjson and --csv exclude each other.")
        }
        guard (limit ?? 0) >= 0 else { throw ValidationError("--limit is 0 or more.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        var call = HTTPCall.get(
            "/streams/\(PercentEncoding.encode(stream))", try await selection.query(client, now: context.time.now()))
        if oldestFirst { call.query.append(("order", "asc")) }
        if ndjson || csv { return try await copy(call, from: client, to: context.output) }
        let count = limit == 0 ? nil : limit ?? Self.usualLimit
        if connection.json { return try await printJSON(call, count, client, context.output) }
        var readings: [JSONValue] = []
        try await client.pages(of: call, limit: count) { readings += $0 }
        guard !readings.isEmpty else { return try context.errors.line("There are no such readings.") }
        try context.output.write(Self.table(of: readings).text(for: context.output))
    }

    /// Passes on what the server writes, without looking at it.
    private func copy(_ call: HTTPCall, from client: ServerClient, to output: Output) async throws {
        var call = call
        call.headers = [("Accept", ndjson ? "application/x-ndjson" : "text/csv")]
        if let limit, limit > 0 { call.query.append(("limit", String(limit))) }
        try await client.withConnection { connection in
            let head = try await connection.start(call)
            guard head.status == 200 else {
                var body: [UInt8] = []
                while let chunk = try await connection.nextChunk(), body.count < 1 << 20 {
                    body += chunk.readableBytesView
                }
                throw JSONAnswer.problem(
                    HTTPAnswer(head: head, body: body), of: client)
            }
            while let chunk = try await connection.nextChunk() { try output.write(chunk.readableBytesView) }
        }
    }

    /// One array, written as its pages come.
    private func printJSON(_ call: HTTPCall, _ count: Int?, _ client: ServerClient, _ output: Output) async throws {
        var isFirst = true
        try output.write("[")
        try await client.pages(of: call, limit: count) { page in
            for reading in page {
                try output.write((isFirst ? "\n  " : ",\n  ") + reading.text)
                isFirst = false
            }
        }
        try output.line(isFirst ? "]" : "\n]")
    }

    /// Columns in the order in which they first appear; what is only noise to a person is left out.
    static func table(of readings: [JSONValue]) -> Table {
        var names: [String] = []
        for reading in readings {
            for name in (reading.object ?? [:]).keys where !hidden.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        let numeric = names.map { name in
            readings.allSatisfy { reading in reading[name].map { $0.isNull || $0.double != nil } ?? true }
        }
        var table = Table(
            zip(names, numeric).map { name, isNumber in
                Table.Column(
                    title: name.uppercased(), alignment: isNumber ? .right : .left,
                    isFlexible: !isNumber && name != "timestamp")
            })
        for reading in readings {
            table.add(
                names.map { name in
                    guard let value = reading[name], !value.isNull else { return Table.Cell("") }
                    return Table.Cell(value.string ?? value.text)
                })
        }
        return table
    }

    private static let hidden: Set<String> = ["id", "device_id", "received_at"]
}
