import ArgumentParser
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

struct SendCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send readings from a file or from standard input.",
        discussion: """
            Takes a JSON array or object (.json), one JSON value per line (.ndjson, .jsonl) or MessagePack (.msgpack). \
            Readings that name no device or stream get those of --device and --stream. What is sent twice is stored \
            once, so a transfer that broke off is simply sent again.
            """)

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"), completion: .file())
    var file = "-"

    @Option(help: ArgumentHelp("Device of readings that name none, by name or id.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("Stream of readings that name none, as in heartrate.", valueName: "stream"))
    var stream: String?

    @Option(help: ArgumentHelp("How the input is written, when its name does not say.", valueName: "format"))
    var format: ItemFormat?

    @Flag(help: "Compress what is sent.")
    var gzip = false

    @Option(help: ArgumentHelp("Tries after a failed one, per batch.", valueName: "count"))
    var retries = 20

    @Option(help: ArgumentHelp("Requests under way at once.", valueName: "count"))
    var parallel = 4

    @Option(
        help: ArgumentHelp("Write readings that were refused to this file, one per line.", valueName: "file"),
        completion: .file())
    var rejected: String?

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel is from 1 to 64.") }
        guard (0...1000).contains(retries) else { throw ValidationError("--retries is from 0 to 1000.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let (input, size) = try open(context)
        defer { if input != context.input { close(input) } }
        let reader = ItemReader(
            descriptor: input, name: file == "-" ? "standard input" : file,
            format: format ?? ItemFormat.of(fileName: file) ?? .ndjson)
        var deviceID: String?
        if let device { deviceID = try await client.deviceID(device) }
        let source = BatchSource(reader, device: deviceID, stream: stream)
        let painter = ProgressPainter(context.errors)
        let sender = Sender(
            client: client, source: source,
            options: Sender.Options(connections: parallel, retries: retries, usesGzip: gzip)
        ) { tally, failure in
            if let failure {
                try painter.clear()
                try context.warn("\(failure.message) Trying again.")
            }
            try painter.update(done: source.bytesRead, total: size, items: tally.answered, unit: "readings")
        }
        var tally = try await sender.run()
        try painter.clear()
        tally.refused = (source.refused + tally.refused).sorted { $0.place < $1.place }
        try report(tally, after: painter.elapsed, in: context)
        guard tally.refused.isEmpty else { throw CheckFailed(status: .data) }
    }

    private func open(_ context: CommandContext) throws(HearthError) -> (descriptor: Int32, size: Int?) {
        guard file != "-" else { return (context.input, nil) }
        guard let status = LocalFile.status(file), status.st_mode & S_IFMT != S_IFDIR else {
            throw HearthError(.inputMissing, "There is no file \(file).", hint: "Name a file, or - for standard input.")
        }
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(file) cannot be read") }
        return (descriptor, status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
    }

    private func report(_ tally: Sender.Tally, after elapsed: Duration, in context: CommandContext) throws {
        if let rejected { try write(tally.refused, to: rejected) }
        if connection.json {
            let refused = tally.refused.map { item -> JSONValue in
                let problems = item.problems.map { problem -> JSONValue in
                    ["pointer": .string(problem.pointer), "message": .string(problem.message)]
                }
                return ["line": .integer(Int64(item.place)), "errors": .array(problems)]
            }
            let report: JSONValue = [
                "accepted": .integer(Int64(tally.accepted)), "duplicates": .integer(Int64(tally.duplicates)),
                "rejected": .array(refused), "retries": .integer(Int64(tally.retries)),
                "seconds": .real(elapsed.inSeconds),
            ]
            return try context.output.line(report.prettyText)
        }
        let rate = Double(tally.answered) / max(elapsed.inSeconds, 0.001)
        var line = "\(Quantity.grouped(tally.accepted)) readings stored"
        if tally.duplicates > 0 { line += ", \(Quantity.grouped(tally.duplicates)) known already" }
        if !tally.refused.isEmpty { line += ", \(Quantity.grouped(tally.refused.count)) refused" }
        line += " in \(Quantity.fixed(elapsed.inSeconds, digits: 2)) s (\(Quantity.short(rate))/s)"
        try context.output.line(line)
        for item in tally.refused.prefix(Self.shownRefusals) {
            let what = item.problems.map { $0.pointer.isEmpty ? $0.message : "\($0.pointer) \($0.message)" }
            try context.errors.line("  line \(item.place): \(DisplayWidth.printable(what.joined(separator: "; ")))")
        }
        if tally.refused.count > Self.shownRefusals {
            try context.errors.line(
                "  … and \(tally.refused.count - Self.shownRefusals) more; --rejected FILE keeps them, --json lists them"
            )
        }
    }

    private static let shownRefusals = 20

    private func write(_ items: [RefusedItem], to path: String) throws(HearthError) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(path) cannot be written") }
        defer { close(descriptor) }
        let lines = items.flatMap {
            $0.json.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 } + [UInt8(ascii: "\n")]
        }
        try lines.withUnsafeBufferPointer { (bytes) throws(HearthError) in
            _ = try LocalFile.write(UnsafeRawBufferPointer(bytes), to: descriptor, name: path)
        }
    }
}
