import ArgumentParser
import HearthCore
import NIOCore

#if canImport(Glibc)
import Glibc
#endif

struct ExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write everything that is stored to a zip file or a folder.",
        discussion: """
            A destination that ends in .zip becomes one archive; anything else becomes a folder. Nothing that exists is \
            overwritten.
            """)

    @Argument(
        help: ArgumentHelp("Where to; hearth-export-DATE.zip when nothing is said.", valueName: "destination"),
        completion: .file(extensions: ["zip"]))
    var destination: String?

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let day = context.time.now().description.prefix(10)
        let target = FilePathText.absolute(destination ?? "hearth-export-\(day).zip", environment: context.environment)
        guard !LocalFile.exists(target) else {
            throw HearthError(
                .outputExists, "\(target) exists already.", hint: "Name another destination, or remove it.")
        }
        let isArchive = target.lowercased().hasSuffix(".zip")
        // Complete or not there: what is being written has another name.
        let archive = target + ".part"
        do {
            let size = try await download(to: archive, from: client, context)
            if isArchive {
                guard rename(archive, target) == 0 else { throw LocalFile.systemFailure("\(target) cannot be made") }
                try report(target, bytes: size, files: nil, context)
            } else {
                let files = try unpack(archive, to: target, context)
                try LocalFile.remove(archive)
                try report(target, bytes: size, files: files, context)
            }
        } catch {
            unlink(archive)
            throw error
        }
    }

    private func download(to path: String, from client: ServerClient, _ context: CommandContext) async throws -> Int {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(path) cannot be written") }
        defer { close(descriptor) }
        let painter = ProgressPainter(context.errors)
        var received = 0
        try await client.withConnection { connection in
            let head = try await connection.start(.get("/export", accept: "application/zip"))
            guard head.status == 200 else {
                var body: [UInt8] = []
                while let chunk = try await connection.nextChunk(), body.count < 1 << 20 {
                    body += chunk.readableBytesView
                }
                throw JSONAnswer.problem(
                    HTTPAnswer(head: head, body: body), of: client)
            }
            let total = head.field("Content-Length").flatMap { Int($0) }
            while let chunk = try await connection.nextChunk() {
                try chunk.withUnsafeReadableBytes { _ = try LocalFile.write($0, to: descriptor, name: path) }
                received += chunk.readableBytes
                try painter.update(done: received, total: total, items: received, unit: "bytes")
            }
        }
        try painter.clear()
        guard fsync(descriptor) == 0 else { throw LocalFile.systemFailure("\(path) cannot be written") }
        return received
    }

    private func unpack(_ archive: String, to folder: String, _ context: CommandContext) throws -> Int {
        let zip = try ZipReader(archive)
        let painter = ProgressPainter(context.errors)
        try LocalFile.makeFolder(folder)
        for (number, entry) in zip.entries.enumerated() {
            try zip.extract(entry, below: folder)
            try painter.update(done: number, total: zip.entries.count, items: number, unit: "files")
        }
        try painter.clear()
        return zip.entries.count
    }

    private func report(_ path: String, bytes: Int, files: Int?, _ context: CommandContext) throws {
        if connection.json {
            var answer: JSONValue = ["path": .string(path), "bytes": .integer(Int64(bytes))]
            if let files { answer = answer.adding("files", .integer(Int64(files))) }
            return try context.output.line(answer.prettyText)
        }
        let what = files.map { "\(Quantity.grouped($0)) files" } ?? ByteCount.text(bytes)
        try context.output.line("Wrote \(what) to \(path)")
    }
}

extension ErrorCode {
    /// A file that would be written exists already.
    static let outputExists = ErrorCode("output-exists")
    /// An archive is damaged, or of a kind that is not understood.
    static let archiveDamaged = ErrorCode("archive-damaged")
}
