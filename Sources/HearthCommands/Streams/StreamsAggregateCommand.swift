import ArgumentParser
import HearthCore
import OrderedCollections

struct StreamsAggregateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "aggregate", abstract: "Print averages, extremes, sums and counts over time.")

    @Argument(help: "Name of the stream.")
    var stream: String

    @Option(
        help: ArgumentHelp(
            "Fields to look at, separated by commas; every numeric one if not given.", valueName: "names"))
    var field: String?

    @Option(help: ArgumentHelp("Length of a bucket: 15m, 1h, 1d, 1w, 1mo or all.", valueName: "length"))
    var bucket = "1h"

    @Option(
        help: ArgumentHelp("Any of avg, min, max, sum, count, first, last, separated by commas.", valueName: "names"))
    var fn = "avg,min,max,count"

    @OptionGroup var selection: ReadingSelection

    @Flag(help: "Print comma-separated values under a heading.")
    var csv = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let query = try await selection.query(client, now: context.time.now())
        let answer = try await client.json(
            .get(
                "/streams/\(PercentEncoding.encode(stream))/aggregate",
                query + [("bucket", bucket), ("field", field), ("fn", fn)]))
        if connection.json { return try context.output.line(answer.prettyText) }
        let rows = Self.rows(of: answer["items"]?.array ?? answer["buckets"]?.array ?? [])
        if csv {
            for row in [rows.titles] + rows.rows.map({ $0.map { $0?.string ?? $0?.text ?? "" } }) {
                try context.output.line(row.map(Self.quoted).joined(separator: ","))
            }
            return
        }
        guard !rows.rows.isEmpty else { return try context.errors.line("There are no such readings.") }
        var table = Table(
            rows.titles.enumerated().map { index, title in
                Table.Column(title: title.uppercased(), alignment: index == 0 ? .left : .right)
            })
        for row in rows.rows {
            table.add(row.map { Table.Cell(Self.shown($0)) })
        }
        try context.output.write(table.text(for: context.output))
    }

    /// Each bucket as one flat row: its start, then every value under a name like `bpm.avg`.
    static func rows(of buckets: [JSONValue]) -> (titles: [String], rows: [[JSONValue?]]) {
        var titles: [String] = []
        var flat: [[String: JSONValue]] = []
        for bucket in buckets {
            var row: [String: JSONValue] = [:]
            flatten(bucket, "", &row, &titles)
            flat.append(row)
        }
        return (titles, flat.map { row in titles.map { row[$0] } })
    }

    private static func flatten(
        _ value: JSONValue, _ prefix: String, _ row: inout [String: JSONValue], _ titles: inout [String]
    ) {
        for (name, member) in value.object ?? [:] {
            let title = prefix.isEmpty ? name : "\(prefix).\(name)"
            if member.object != nil {
                // What only holds the fields together needs no name of its own.
                flatten(member, name == "values" || name == "fields" ? prefix : title, &row, &titles)
            } else {
                if !titles.contains(title) { titles.append(title) }
                row[title] = member
            }
        }
    }

    private static func shown(_ value: JSONValue?) -> String {
        switch value {
        case .real(let number): Quantity.fixed(number, digits: 3, trimmed: true)
        case .string(let text): text
        case nil, .null: ""
        case let value?: value.text
        }
    }

    /// RFC 4180.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
