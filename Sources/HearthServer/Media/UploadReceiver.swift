import HearthCore
import HearthVault
import Hummingbird
import NIOCore
import NIOPosix

/// Takes the bytes of a file: looks at its headers and seals it to disk while it comes, so that no more than a piece of
/// it is ever held. What is not ended with `finish` leaves nothing behind.
struct UploadReceiver<Parser: HeaderParser>: Sendable {
    /// Bytes of one file.
    static var limit: Int { 512 << 20 }

    /// Bytes gathered before they are handed to the disk: switching threads costs more than copying this much.
    private static var pieceSize: Int { 256 << 10 }

    private let writer: BlobWriter
    private let threads: NIOThreadPool
    private(set) var walker: HeaderWalker<Parser>
    private(set) var size = 0

    init(_ blobs: BlobStore, _ parser: Parser, threads: NIOThreadPool = .singleton) async throws {
        self.threads = threads
        walker = HeaderWalker(parser)
        writer = try await threads.runIfActive { try blobs.makeWriter(maximumSize: Self.limit) }
    }

    /// - Parameter check: Asked after each piece, so that a wrong file is refused before the rest of it comes.
    mutating func take(
        _ body: some AsyncSequence<ByteBuffer, any Error>, check: (borrowing UploadReceiver) throws -> Void
    ) async throws {
        var piece = ByteBuffer()
        for try await part in body {
            var part = part
            if piece.readableBytes == 0 { piece = part } else { piece.writeBuffer(&part) }
            if piece.readableBytes < Self.pieceSize { continue }
            try await take(piece)
            try check(self)
            piece.clear()
        }
        if piece.readableBytes > 0 { try await take(piece) }
        try check(self)
    }

    mutating func take(_ piece: ByteBuffer) async throws {
        guard piece.readableBytes <= Self.limit - size else {
            throw HearthError(.tooLarge, "The file is larger than \(Self.limit) bytes.", hint: "Send it in parts.")
        }
        size += piece.readableBytes
        piece.withUnsafeReadableBytes { walker.consume($0) }
        let writer = writer
        try await threads.runIfActive { try piece.withUnsafeReadableBytes { try writer.append($0) } }
    }

    /// Makes the file durable.
    func finish() async throws -> BlobReference {
        let writer = writer
        return try await threads.runIfActive { try writer.finish() }
    }
}
