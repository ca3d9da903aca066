import ArgumentParser
import HearthCore
import HearthIngest

#if canImport(Glibc)
import Glibc
#endif

struct SpoolPackCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Write readings into a segment and put it into the spool.",
        discussion: """
            Takes what `hearth send` takes, and needs no running server but to look up a device by its name: the segment \
            is taken in when there is one. With --output the segment goes elsewhere, to be carried to another machine.
            """)

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"), completion: .file())
    var file = "-"

    @Option(help: ArgumentHelp("Device of readings that name none, by name or id.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("Stream of readings that name none, as in heartrate.", valueName: "stream"))
    var stream: String?

    @Option(help: ArgumentHelp("How the input is written, when its name does not say.", valueName: "format"))
    var format: ItemFormat?

    @Option(help: ArgumentHelp("Compression of the segment: none, gzip or zstd.", valueName: "name"))
    var compress = SegmentCompression.zstd

    @Option(
        help: ArgumentHelp("Write the segment to this file instead of the spool.", valueName: "file"),
        completion: .file())
    var output: String?

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard let output else { return }
        guard output.hasSuffix(compress.ending), SegmentName.isSegment(FilePathText.name(of: output)) else {
            throw ValidationError("The name of a segment with this compression ends with \(compress.ending).")
        }
    }

    func run(in context: CommandContext) async throws {
        let settings = try connection.settings(context)
        var deviceID: String?
        if let device { deviceID = try await resolved(device, context) }
        let input = try open(context)
        defer { if input != context.input { close(input) } }
        let source = BatchSource(
            ItemReader(
                descriptor: input, name: file == "-" ? "standard input" : file,
                format: format ?? ItemFormat.of(fileName: file) ?? .ndjson), device: deviceID, stream: stream)
        let (path, folder) = try target(settings, context)
        let segment = try SegmentFile(path, in: folder, compression: compress)
        while let batch = try await source.next() { try segment.append(batch) }
        let refused = source.refused
        if segment.frames > 0 { try segment.finish() }
        try report(segment, path, refused, in: context)
        guard refused.isEmpty else { throw CheckFailed(status: .data) }
    }

    private func resolved(_ device: String, _ context: CommandContext) async throws -> String {
        if UniqueID(device) != nil { return device.lowercased() }
        return try await connection.client(context).deviceID(device)
    }

    private func open(_ context: CommandContext) throws(HearthError) -> Int32 {
        guard file != "-" else { return context.input }
        guard LocalFile.exists(file), !LocalFile.isFolder(file) else {
            throw HearthError(.inputMissing, "There is no file \(file).", hint: "Name a file, or - for standard input.")
        }
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(file) cannot be read") }
        return descriptor
    }

    /// Where the segment goes, and the folder in which it is written until it is whole.
    private func target(
        _ settings: Settings, _ context: CommandContext
    ) throws(HearthError) -> (path: String, folder: String) {
        if let output { return (output, FilePathText.parent(of: output)) }
        let spool = settings.home + "/spool"
        try LocalFile.makeFolder(spool + "/incoming")
        var generator = SystemRandomNumberGenerator()
        let name = SpoolTag.make(at: context.time.now(), using: &generator) + compress.ending
        return (spool + "/incoming/" + name, spool)
    }

    private func report(
        _ segment: SegmentFile, _ path: String, _ refused: [RefusedItem], in context: CommandContext
    ) throws {
        let isWritten = segment.frames > 0
        if connection.json {
            let value: JSONValue = [
                "segment": isWritten ? .string(path) : .null, "readings": .integer(Int64(segment.readings)),
                "size_bytes": .integer(Int64(segment.size)), "refused": .integer(Int64(refused.count)),
            ]
            return try context.output.line(value.prettyText)
        }
        if isWritten {
            try context.output.line(
                "\(Quantity.grouped(segment.readings)) readings in \(path) (\(ByteCount.text(segment.size)))")
        } else {
            try context.output.line("There was no reading to write.")
        }
        for item in refused.prefix(20) {
            let what = item.problems.map(\.message).joined(separator: "; ")
            try context.errors.line("  line \(item.place): \(DisplayWidth.printable(what))")
        }
        if refused.count > 20 { try context.errors.line("  … and \(refused.count - 20) more") }
    }
}
