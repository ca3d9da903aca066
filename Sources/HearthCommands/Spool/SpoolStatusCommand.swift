import ArgumentParser
import HearthCore

struct SpoolStatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what waits in the spool and what became of its batches.")

    @Argument(help: "The tag of a batch, to see its files.")
    var batch: String?

    @Option(help: ArgumentHelp("Batches shown, the newest first.", valueName: "count"))
    var limit = 20

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit is from 1 to 200.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        if let batch {
            let found = try await client.json(.get("/spool/\(PercentEncoding.encode(batch))"))
            if connection.json { return try context.output.line(found.prettyText) }
            return try show(files: found["files"]?.array ?? [], in: context)
        }
        let spool = try await client.json(.get("/spool", [("limit", String(limit))]))
        if connection.json { return try context.output.line(spool.prettyText) }
        try show(spool, in: context)
    }

    private func show(_ spool: JSONValue, in context: CommandContext) throws {
        let output = context.output
        let waiting = Int(spool["waiting"]?["files"]?.int64 ?? 0)
        let bytes = Int(spool["waiting"]?["size_bytes"]?.int64 ?? 0)
        var line = "The spool is \(spool["state"]?.string ?? "")"
        line +=
            waiting == 0
            ? "; nothing waits." : "; \(Quantity.grouped(waiting)) segments of \(ByteCount.text(bytes)) wait."
        try output.line(line)
        if let failure = spool["last_error"], !failure.isNull {
            try output.line(output.styled(failure["message"]?.string ?? "", .red))
        }
        let ignored = Int(spool["ignored"]?["count"]?.int64 ?? 0)
        for name in spool["ignored"]?["names"]?.array ?? [] {
            let shown = DisplayWidth.printable(name["name"]?.string ?? "")
            try output.line("left alone: \(shown) (\(Self.reason(name["reason"]?.string)))")
        }
        if let told = spool["ignored"]?["names"]?.array?.count, ignored > told {
            try output.line("… and \(Quantity.grouped(ignored - told)) more")
        }
        let batches = spool["items"]?.array ?? []
        guard !batches.isEmpty else { return }
        var table = Table([
            .init(title: "BATCH"), .init(title: "STATUS"), .init(title: "OPENED"),
            .init(title: "FILES", alignment: .right), .init(title: "FAILED", alignment: .right),
            .init(title: "ACCEPTED", alignment: .right), .init(title: "KNOWN", alignment: .right),
            .init(title: "REFUSED", alignment: .right),
        ])
        let now = context.time.now()
        for batch in batches {
            let status = batch["status"]?.string ?? ""
            let failed = Int(batch["failed_count"]?.int64 ?? 0)
            let opened = batch["opened_at"]?.string.flatMap { Timestamp($0) }
            table.add(
                [
                    .init(batch["batch"]?.string ?? ""), .init(status, Self.style(status)),
                    .init(opened.map { Quantity.age(of: $0, at: now) } ?? ""),
                    .init(Quantity.grouped(Int(batch["file_count"]?.int64 ?? 0))),
                    .init(Quantity.grouped(failed), failed > 0 ? .red : nil),
                ] + Self.totals(batch))
        }
        try output.write(table.text(for: output))
    }

    private func show(files: [JSONValue], in context: CommandContext) throws {
        var table = Table([
            .init(title: "FILE"), .init(title: "STATUS"), .init(title: "SIZE", alignment: .right),
            .init(title: "ACCEPTED", alignment: .right), .init(title: "KNOWN", alignment: .right),
            .init(title: "REFUSED", alignment: .right), .init(title: "WHY", isFlexible: true),
        ])
        for file in files {
            let status = file["status"]?.string ?? ""
            let reason = file["reason"].flatMap { $0.isNull ? nil : $0 }
            table.add(
                [
                    .init(file["name"]?.string ?? ""), .init(status, Self.style(status)),
                    .init(ByteCount.text(Int(file["size_bytes"]?.int64 ?? 0))),
                ] + Self.totals(file) + [
                    .init(reason.map { "\($0["code"]?.string ?? ""): \($0["message"]?.string ?? "")" } ?? "")
                ])
        }
        try context.output.write(table.text(for: context.output))
        for file in files {
            for reject in file["rejected"]?.array ?? [] {
                let place = reject["reading"].flatMap(\.int64).map { ", reading \($0)" } ?? ""
                let frame = "frame \(reject["frame"]?.int64 ?? 0) at byte \(reject["offset"]?.int64 ?? 0)\(place)"
                let text = "\(file["name"]?.string ?? ""), \(frame): \(reject["message"]?.string ?? "")"
                try context.output.line("  " + DisplayWidth.printable(text))
            }
        }
    }

    private static func totals(_ value: JSONValue) -> [Table.Cell] {
        ["accepted", "duplicates", "rejected"].map { name in
            let count = Int(value["readings"]?[name]?.int64 ?? 0)
            return .init(Quantity.grouped(count), name == "rejected" && count > 0 ? .red : nil)
        }
    }

    private static func reason(_ reason: String?) -> String {
        switch reason {
        case "link": "a link"
        case "not-a-file": "no file"
        default: "not named as a segment"
        }
    }

    private static func style(_ status: String) -> Style? {
        switch status {
        case "done", "stored": .green
        case "failed": .red
        default: .dim
        }
    }
}
