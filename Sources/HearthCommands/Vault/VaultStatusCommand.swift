import ArgumentParser
import HearthCore

struct VaultStatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show which fields are stored as tokens, and how far rewriting is.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let vault = try await connection.client(context).json(.get("/vault"))
        if connection.json { return try context.output.line(vault.prettyText) }
        let output = context.output
        func count(_ name: String) -> String { Quantity.grouped(Int(vault[name]?.int64 ?? 0)) }
        let started = vault["epoch_started_at"]?.string.flatMap { Timestamp($0) }
        let age = started.map { ", begun \(Quantity.age(of: $0, at: context.time.now()))" } ?? ""
        try output.line("Epoch \(vault["epoch"]?.int64 ?? 0)\(age).")
        let size = ByteCount.text(Int(vault["size_bytes"]?.int64 ?? 0))
        try output.line("\(count("values")) values and \(count("identities")) names are sealed, \(size).")
        if let rewriting = vault["rewriting"], !rewriting.isNull {
            let looked = Quantity.grouped(Int(rewriting["readings"]?.int64 ?? 0))
            let changed = Quantity.grouped(Int(rewriting["changed"]?.int64 ?? 0))
            try output.line("Rewriting readings: \(looked) looked at, \(changed) changed since the start.")
            for stream in rewriting["blocked_by"]?.array ?? [] {
                let text = "The definition of \(stream.string ?? "") is missing; old secrets stay until it is back."
                try output.line(output.styled(text, .yellow))
            }
        }
        let missing = vault["missing"]?.int64 ?? 0
        if missing > 0 {
            let text = "\(count("missing")) tokens that were read stand for nothing any more."
            try output.line(output.styled(text, .yellow))
        }
        var table = Table([.init(title: "STREAM"), .init(title: "FIELD"), .init(title: "STATE")])
        for field in vault["fields"]?.array ?? [] {
            let state = field["state"]?.string ?? ""
            table.add([
                .init(field["stream"]?.string ?? ""), .init(field["field"]?.string ?? ""),
                .init(state, state == "sealed" ? .green : .yellow),
            ])
        }
        try output.write(table.text(for: output))
    }
}
