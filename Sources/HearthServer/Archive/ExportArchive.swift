import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore
import NIOPosix

/// Writes a person's archive while it is sent: a page of readings or a chunk of a file is all that is held.
struct ExportArchive: Sendable {
    let person: Person
    let devices: [Device]
    let streams: [StreamDefinition]
    let store: any ReadingStore
    /// Nil: without documents and conversations.
    let library: (any LibraryStore)?
    /// Nil: without files.
    let blobs: BlobStore?
    let from: Timestamp?
    let to: Timestamp?
    let now: Timestamp

    private static let pageSize = 4096
    /// Plain bytes that are compressed in one go, and sent.
    static let pieceSize = 128 << 10

    @concurrent
    func write(to writer: inout any ResponseBodyWriter) async throws {
        var zip = try ZipWriter(at: now)
        var counts: [(String, Int)] = []
        /// Files by digest with the formats that their readings say, if any.
        var files: [String: String] = [:]
        for stream in streams {
            let count = try await write(stream, &zip, &files, to: &writer)
            if count > 0 {
                counts.append((stream.name, count))
                Self.entry("schemas/\(stream.name).json", stream.document.prettyText, &zip)
            }
        }
        let ofLibrary = try await writeLibrary(&zip, to: &writer)
        Self.entry("devices.json", devicesText, &zip)
        var missing: [String] = []
        if let blobs {
            for (sha256, format) in files.sorted(by: { $0.key < $1.key }) {
                let isThere = try await write(sha256, format, blobs, &zip, to: &writer)
                if !isThere { missing.append(sha256) }
            }
        }
        let there = files.count - missing.count
        Self.entry("manifest.json", manifest(counts, ofLibrary, files: there, missing: missing), &zip)
        zip.finish()
        try await writer.write(ByteBuffer(bytes: zip.drain()))
    }

    // MARK: Readings

    @concurrent
    private func write(
        _ stream: StreamDefinition, _ zip: inout ZipWriter, _ files: inout [String: String],
        to writer: inout any ResponseBodyWriter
    ) async throws -> Int {
        let query = ReadingQuery(stream: stream, person: person.id, from: from, to: to, order: .oldestFirst)
        var text = ReadingText(stream)
        var buffer = ByteBufferAllocator().buffer(capacity: Self.pieceSize * 2)
        var position: ReadingPosition?
        var count = 0
        var part = 1
        while true {
            let page = try await store.page(query, after: position, limit: Self.pageSize)
            if page.isEmpty { break }
            if count == 0 { zip.begin("streams/\(stream.name).ndjson") }
            count += page.count
            collectFiles(page, &files)
            for row in 0..<page.count {
                text.append(page, row: row, ending: "\n", to: &buffer)
                guard buffer.readableBytes >= Self.pieceSize else { continue }
                if zip.entrySize + buffer.readableBytes > ZipWriter.entryLimit {
                    zip.end()
                    part += 1
                    zip.begin("streams/\(stream.name)-\(part).ndjson")
                }
                try await send(&buffer, &zip, to: &writer)
            }
            guard page.count == Self.pageSize, let last = page.heads.last else { break }
            position = ReadingPosition(last)
        }
        guard count > 0 else { return 0 }
        try await send(&buffer, &zip, to: &writer)
        zip.end()
        return count
    }

    @concurrent
    func send(
        _ buffer: inout ByteBuffer, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws {
        buffer.withUnsafeReadableBytes { zip.write($0) }
        buffer.clear()
        if !zip.output.isEmpty { try await writer.write(ByteBuffer(bytes: zip.drain())) }
    }

    private func collectFiles(_ page: ReadingBatch, _ files: inout [String: String]) {
        guard let column = page.stream.blobColumn else { return }
        let format = page.stream.fieldIndex("format")
        for row in 0..<page.count {
            guard let sha256 = page.string(page[row, column]) else { continue }
            let stated = format.flatMap { page.string(page[row, $0]) }
            files[sha256] = stated ?? files[sha256] ?? ""
        }
    }

    // MARK: Files

    /// False when the file is not there: an archive with a hole that it names is worth more than none.
    @concurrent
    private func write(
        _ sha256: String, _ format: String, _ blobs: BlobStore, _ zip: inout ZipWriter,
        to writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let reader: BlobReader
        do {
            reader = try await NIOThreadPool.singleton.runIfActive { try blobs.open(sha256) }
        } catch let error as HearthError where error.code == .notFound {
            return false
        }
        // Sounds and pictures are compressed already.
        var isBegun = false
        while let chunk = try await NIOThreadPool.singleton.runIfActive({ try reader.nextChunk() }) {
            if !isBegun {
                let type = ServedType(Array(chunk.prefix(ServedType.window)), format: format)
                zip.begin("files/\(sha256).\(type.ending)", .stored)
                isBegun = true
            }
            zip.write(chunk)
            try await writer.write(ByteBuffer(bytes: zip.drain()))
        }
        if !isBegun { zip.begin("files/\(sha256).bin", .stored) }
        zip.end()
        return true
    }

    // MARK: Descriptions

    private static func entry(_ name: String, _ text: String, _ zip: inout ZipWriter) {
        zip.begin(name)
        zip.write(Array(text.utf8))
        zip.end()
    }

    private var devicesText: String {
        var writer = JSONWriter()
        writer.raw("[")
        for (index, device) in devices.enumerated() {
            writer.raw(index > 0 ? ",\n" : "\n")
            device.write(to: &writer)
        }
        writer.raw("\n]\n")
        return writer.string
    }

    private func manifest(
        _ counts: [(String, Int)], _ ofLibrary: [(String, Int)], files: Int, missing: [String]
    ) -> String {
        let value: JSONValue = [
            "product": "Hearth", "exported_at": .string(now.description),
            "person": [
                "id": .string(person.id.description), "name": .string(person.name),
                "time_zone": .string(person.timeZone),
            ],
            "from": from.map { .string($0.description) } ?? .null, "to": to.map { .string($0.description) } ?? .null,
            "readings": .members(counts.map { ($0.0, .integer(Int64($0.1))) }),
            "library": .members(ofLibrary.map { ($0.0, .integer(Int64($0.1))) }), "files": .integer(Int64(files)),
            "missing_files": .array(missing.map { .string($0) }),
        ]
        return value.prettyText + "\n"
    }
}
