import HTTPTypes
package import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore
import NIOPosix

/// `/blobs/{sha256}`: files out, whole or in part.
struct BlobRoutes {
    let blobs: BlobStore
    let finder: BlobFinder

    init(_ dependencies: ServerDependencies) {
        blobs = dependencies.blobs
        finder = BlobFinder(dependencies)
    }

    var routes: [Route] {
        [
            Route(
                .get, "/blobs/{sha256}", "getBlob", tag: "Files", "A file that a reading names",
                detail: """
                    Found only by callers who may see a reading with it. One byte range is answered (`Range`), and \
                    `If-None-Match`.
                    """,
                answers: [
                    RouteAnswer(200, "The file, as it came", [RouteContent("application/octet-stream", Shape.binary)]),
                    RouteAnswer(206, "The part asked for", [RouteContent("application/octet-stream", Shape.binary)]),
                    RouteAnswer(304, "The caller has it"),
                    .json(416, Shape.named("Problem"), "The range lies outside of the file"),
                ], handler: read)
        ]
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        let missing = HearthError(.notFound, "There is no such file.")
        let sha256 = try context.pathText("sha256")
        guard sha256.utf8.count == 64, let reading = try await finder.reading(naming: sha256, for: try context.caller())
        else { throw missing }
        let tag = EntityTag(sha256)
        guard !tag.isNamed(in: request) else { return tag.notModified() }
        let blobs = blobs
        let reader = try await NIOThreadPool.singleton.runIfActive { try blobs.open(sha256) }
        let head = try await NIOThreadPool.singleton.runIfActive {
            try reader.bytes(in: 0..<min(ServedType.window, reader.size))
        }
        var headers = Self.headers(reading, head)
        headers[.eTag] = tag.text
        headers[.acceptRanges] = "bytes"
        switch try Self.range(request, size: reader.size, tag: tag) {
        case nil:
            return Response(status: .ok, headers: headers, body: Self.body(reader, 0..<reader.size))
        case let range?:
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(reader.size)"
            return Response(status: .partialContent, headers: headers, body: Self.body(reader, range))
        }
    }

    // MARK: Range

    /// One range as RFC 9110 section 14 writes it; nil: the whole file, also for what is not understood, as the RFC wants.
    private static func range(_ request: Request, size: Int, tag: EntityTag) throws(HearthError) -> Range<Int>? {
        guard let text = request.headers[.range], text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        if let condition = request.headers[.ifRange], condition != tag.text { return nil }
        let bounds = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return nil }
        let range: Range<Int>
        if bounds[0].isEmpty {
            guard let count = Int(bounds[1]) else { return nil }
            range = max(0, size - count)..<size
        } else {
            guard let first = Int(bounds[0]), bounds[1].isEmpty || Int(bounds[1]) != nil else { return nil }
            let last = min(Int(bounds[1]) ?? .max, size - 1)
            if !bounds[1].isEmpty, let end = Int(bounds[1]), end < first { return nil }
            guard first <= last else { throw .rangeNotSatisfiable(size) }
            range = first..<last + 1
        }
        guard !range.isEmpty else { throw .rangeNotSatisfiable(size) }
        return range
    }

    /// Opens the blob piece by piece, a chunk at a time, as fast as the caller reads.
    private static func body(_ reader: BlobReader, _ range: Range<Int>) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            var position = range.lowerBound
            while position < range.upperBound {
                let chunk = (position / reader.chunkSize + 1) * reader.chunkSize
                let piece = position..<min(range.upperBound, chunk)
                let bytes = try await NIOThreadPool.singleton.runIfActive { try reader.bytes(in: piece) }
                try await writer.write(ByteBuffer(bytes: bytes))
                position = piece.upperBound
            }
            try await writer.finish(nil)
        }
    }

    // MARK: Headers

    /// The file came from outside: a browser must neither guess its type nor run anything in it.
    private static func headers(_ reading: ReadingBatch, _ head: [UInt8]) -> HTTPFields {
        let stream = reading.stream
        let format = stream.fieldIndex("format").flatMap { reading.string(reading[0, $0]) } ?? ""
        let type = ServedType(head, format: format)
        let isShown = type.mediaType != "application/octet-stream"
        let time = reading.heads[0].timestamp.description.map { $0 == ":" || $0 == "." ? "-" : $0 }
        var headers = HTTPFields()
        headers[.contentType] = type.mediaType
        headers[.contentDisposition] =
            "\(isShown ? "inline" : "attachment"); filename=\"\(stream.name)-\(String(time)).\(type.ending)\""
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        // The same address never holds anything else, but who may see it changes.
        headers[.cacheControl] = "private, no-cache"
        return headers
    }
}

extension HearthError {
    fileprivate static func rangeNotSatisfiable(_ size: Int) -> HearthError {
        HearthError(.rangeNotSatisfiable, "The file has \(size) bytes; the range lies outside.")
    }
}

extension ErrorCode {
    /// The part asked for lies outside of the file.
    package static let rangeNotSatisfiable = ErrorCode("range-not-satisfiable")
}
