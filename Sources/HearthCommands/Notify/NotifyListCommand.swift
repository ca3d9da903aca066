import ArgumentParser
import HearthCore

struct NotifyListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show how each target stands, and what was told last.")

    @Option(help: "Only this target.")
    var target: String?

    @Option(help: ArgumentHelp("Deliveries shown, the newest first.", valueName: "count"))
    var limit = 10

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (0...1000).contains(limit) else { throw ValidationError("--limit is from 0 to 1000.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let overview = try await client.json(.get("/notify"))
        let targets = (overview["targets"]?.array ?? []).filter { $0["name"]?.string == target ?? $0["name"]?.string }
        if let target, targets.isEmpty {
            throw HearthError(
                .notFound, "There is no target \(target).", hint: "`hearth notify list` shows those there are.")
        }
        var deliveries: [JSONValue] = []
        if limit > 0, !targets.isEmpty {
            let page = try await client.json(
                .get("/notify/deliveries", [("target", target), ("limit", String(limit))]))
            deliveries = page["items"]?.array ?? []
        }
        if connection.json {
            let value: JSONValue = ["targets": .array(targets), "deliveries": .array(deliveries)]
            return try context.output.line(value.prettyText)
        }
        guard !targets.isEmpty else {
            return try context.output.line("There are no targets; docs/guides/notifications.md tells how to name some.")
        }
        try show(targets, in: context)
        guard !deliveries.isEmpty else { return }
        try context.output.line()
        try context.output.write(DeliveryTable.text(of: deliveries, in: context))
    }

    private func show(_ targets: [JSONValue], in context: CommandContext) throws {
        var table = Table([
            .init(title: "TARGET"), .init(title: "HOST"), .init(title: "CIRCUIT"),
            .init(title: "WAITING", alignment: .right), .init(title: "DEAD", alignment: .right),
            .init(title: "LAST DELIVERED"), .init(title: "LAST ERROR", isFlexible: true),
        ])
        let now = context.time.now()
        for target in targets {
            let circuit = target["circuit"]?.string ?? ""
            let dead = Int(target["dead"]?.int64 ?? 0)
            let last = target["last_delivered_at"]?.string.flatMap { Timestamp($0) }
            table.add([
                .init(target["name"]?.string ?? ""), .init(target["host"]?.string ?? ""),
                .init(circuit, circuit == "closed" ? .green : .red),
                .init(Quantity.grouped(Int(target["pending"]?.int64 ?? 0))),
                .init(Quantity.grouped(dead), dead > 0 ? .red : nil),
                .init(last.map { Quantity.age(of: $0, at: now) } ?? "never"),
                .init(target["last_error"]?["message"]?.string ?? ""),
            ])
        }
        try context.output.write(table.text(for: context.output))
    }
}

/// Deliveries as rows.
enum DeliveryTable {
    static func text(of deliveries: [JSONValue], in context: CommandContext) -> String {
        var table = Table([
            .init(title: "NUMBER", alignment: .right), .init(title: "TARGET"), .init(title: "EVENT"),
            .init(title: "OF"), .init(title: "HAPPENED"), .init(title: "STATE"),
            .init(title: "TRIES", alignment: .right), .init(title: "WHY", isFlexible: true),
        ])
        let now = context.time.now()
        for delivery in deliveries {
            let state = delivery["state"]?.string ?? ""
            let style: Style? =
                switch state {
                case "delivered": .green
                case "dead": .red
                default: nil
                }
            let time = delivery["event"]?["time"]?.string.flatMap { Timestamp($0) }
            table.add([
                .init(delivery["number"]?.int64.map { String($0) } ?? ""), .init(delivery["target"]?.string ?? ""),
                .init(delivery["event"]?["kind"]?.string ?? ""), .init(delivery["event"]?["order"]?.string ?? "", .dim),
                .init(time.map { Quantity.age(of: $0, at: now) } ?? ""), .init(state, style),
                .init(Quantity.grouped(Int(delivery["attempts"]?.int64 ?? 0))),
                .init(delivery["error"]?["message"]?.string ?? ""),
            ])
        }
        return table.text(for: context.output)
    }
}
